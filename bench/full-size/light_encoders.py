"""Image encoders of full size of the light models, with random weights: timm's networks, cut and joined as those models do.

What is taken from their authors' code is sizes alone: widths, depths, strides and which maps a neck reads.
"""

import torch
from small_decoders import LayerNorm2d
from timm.models import create_model
from timm.models.efficientvit_mit import EfficientVitLarge
from torch import nn
from torch.nn import functional as F
from transformers import ViTConfig, ViTModel

WIDTH, GRID = 256, 64


class Neck(nn.Sequential):
    """SAM's: to the width of image tokens."""

    def __init__(self, channels):
        super().__init__(
            nn.Conv2d(channels, WIDTH, 1, bias=False), LayerNorm2d(WIDTH),
            nn.Conv2d(WIDTH, WIDTH, 3, padding=1, bias=False), LayerNorm2d(WIDTH),
        )


class TinyVit(nn.Module):
    """MobileSAM's: TinyViT-5M on 1024 pixels a side, whose last stage keeps the size of its maps."""

    def __init__(self):
        super().__init__()
        # windows 7, 7, 14, 7 are those for 512 pixels
        net = create_model("tiny_vit_5m_224", pretrained=False, num_classes=0)
        net.stages[3].downsample.conv2.conv.stride = (1, 1)
        self.embed, self.stages, self.neck = net.patch_embed, net.stages, Neck(320)

    def forward(self, x):
        return self.neck(self.stages(self.embed(x)))


class RepVit(nn.Module):
    """EdgeSAM's: RepViT-M1, whose last two stages are added at the size of the finer one."""

    def __init__(self):
        super().__init__()
        net = create_model("repvit_m1", pretrained=False, num_classes=0)
        self.stem, self.stages = net.stem, net.stages
        self.fine, self.coarse = (nn.Conv2d(channels, WIDTH, 1, bias=False) for channels in (192, 384))
        self.neck = Neck(WIDTH)

    def forward(self, x):
        x = self.stages[2](self.stages[1](self.stages[0](self.stem(x))))
        coarse = F.interpolate(self.coarse(self.stages[3](x)), scale_factor=2.0, mode="bilinear")
        return self.neck(self.fine(x) + coarse)


class FusedBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.wide, self.narrow = nn.Conv2d(WIDTH, WIDTH, 3, padding=1), nn.Conv2d(WIDTH, WIDTH, 1)

    def forward(self, x):
        return x + self.narrow(F.gelu(self.wide(x), approximate="tanh"))


class EfficientVit(nn.Module):
    """EfficientViT-SAM-L0's: 512 pixels a side; three stages are added at the size of image tokens and go through four blocks."""

    def __init__(self):
        super().__init__()
        net = EfficientVitLarge(widths=(32, 64, 128, 256, 512), depths=(1, 1, 1, 4, 4), head_widths=(8, 8), num_classes=0)
        self.stem, self.stages = net.stem, net.stages
        self.inputs = nn.ModuleList(nn.Conv2d(channels, WIDTH, 1) for channels in (128, 256, 512))
        self.middle = nn.Sequential(*(FusedBlock() for _ in range(4)))
        self.output = nn.Conv2d(WIDTH, WIDTH, 1)

    def forward(self, x):
        maps, x = [], self.stem(x)
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        joined = sum(
            F.interpolate(change(each), size=(GRID, GRID), mode="bicubic")
            for change, each in zip(self.inputs, maps[1:])
        )
        return self.output(self.middle(joined))


class VitTiny(nn.Module):
    """EfficientSAM-Ti's: a plain ViT-Ti whose every block attends to all 4096 image tokens."""

    def __init__(self):
        super().__init__()
        config = ViTConfig(hidden_size=192, num_hidden_layers=12, num_attention_heads=3, intermediate_size=768, image_size=1024)
        config._attn_implementation = "eager"
        self.net, self.neck = ViTModel(config, add_pooling_layer=False), Neck(192)

    def forward(self, x):
        tokens = self.net(x).last_hidden_state[:, 1:]
        return self.neck(tokens.transpose(1, 2).reshape(-1, 192, GRID, GRID))
