"""Exports models of full size with random weights, for timing: nobody trained them, and their masks mean nothing.

Architectures and sizes are those of the catalogue's models, by transformers' and timm's own modules; tensors have the names, ranks and free
axes of the exports that the catalogue names. Weights are drawn so that activations keep a sane size from layer to layer, as in a trained model.
With torch 2.13, transformers 5.18, timm 1.0 and onnx 1.23:

    python bench/full-size/make_exports.py FOLDER [NAME...]

where NAME is sam-vit-b, sam-vit-l, sam-vit-h, slimsam-77, sam2.1-tiny, sam2.1-small, sam2.1-base-plus, sam2.1-large, sam2-tiny, mobile-sam,
edge-sam, efficient-sam-ti or efficientvit-sam-l0,

writes FOLDER/NAME/encoder.onnx (with encoder.onnx_data beside it where weights exceed protobuf's 2 GB) and FOLDER/NAME/decoder.onnx.
"""

import os
import sys

import onnx
import torch
from torch import nn
from transformers import Sam2Config, Sam2Model, SamConfig, SamModel, SamVisionConfig
from transformers.models.sam2.configuration_sam2 import Sam2HieraDetConfig, Sam2VisionConfig

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "fixtures", "scripts"))
# the wrappers there are those of small exports; here they stand around models of full size
import light_encoders  # noqa: E402
import small_exports  # noqa: E402
from small_decoders import Sam, SamOnnxModel, unsettle  # noqa: E402

SIZE, GRID, WIDTH = 1024, 64, 256

VITS = {
    "sam-vit-b": {},
    "sam-vit-l": {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "mlp_dim": 4096,
                  "global_attn_indexes": [5, 11, 17, 23]},
    "sam-vit-h": {"hidden_size": 1280, "num_hidden_layers": 32, "num_attention_heads": 16, "mlp_dim": 5120,
                  "global_attn_indexes": [7, 15, 23, 31]},
    "slimsam-77": {"hidden_size": 168, "mlp_dim": 696},
}


def hiera(width, heads, blocks, global_blocks, background, windows):
    widths = [width << stage for stage in range(4)]
    config = Sam2HieraDetConfig(
        hidden_size=width, num_attention_heads=heads, blocks_per_stage=blocks, embed_dim_per_stage=widths,
        num_attention_heads_per_stage=[heads << stage for stage in range(4)], global_attention_blocks=global_blocks,
        window_positional_embedding_background_size=background, window_size_per_stage=windows,
    )
    return Sam2VisionConfig(backbone_config=config, backbone_channel_list=widths[::-1])


HIERAS = {
    "sam2.1-tiny": (96, 1, [1, 2, 7, 2], [5, 7, 9], [7, 7], [8, 4, 14, 7]),
    "sam2.1-small": (96, 1, [1, 2, 11, 2], [7, 10, 13], [7, 7], [8, 4, 14, 7]),
    "sam2.1-base-plus": (112, 2, [2, 3, 16, 3], [12, 16, 20], [14, 14], [8, 4, 14, 7]),
    "sam2.1-large": (144, 2, [2, 6, 36, 4], [23, 33, 43], [7, 7], [8, 4, 16, 8]),
}


def draw(model):
    """Normal weights of variance 1 / fan-in, embeddings of the size of a unit, norms near the identity, small biases.

    As transformers begins (a standard deviation of 1e-10) numbers between layers become denormal, with which a processor is twenty times slower.
    No two vectors are alike: the exporter would write equal ones once, behind Identity nodes, which no trained model has.
    """
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() > 1:
                embeds = any(word in name for word in ("embed", "token", "rel_pos")) and "projection" not in name
                parameter.normal_(std=0.5 if embeds else parameter[0].numel() ** -0.5)
            else:
                scales = "norm" in name and name.endswith("weight")
                parameter.normal_(mean=1.0 if scales else 0.0, std=0.02)


def export(folder, name, model, inputs, outputs, axes):
    torch.onnx.export(
        model.eval(), tuple(inputs.values()), os.path.join(folder, name), opset_version=17, dynamo=False,
        input_names=list(inputs), output_names=outputs, dynamic_axes=axes, do_constant_folding=True,
    )
    gather_external_data(folder, name)


def gather_external_data(folder, name):
    """Beyond 2 GB torch writes a file a tensor; the exports that people have keep all in one."""
    path = os.path.join(folder, name)
    scattered = {
        entry.value
        for tensor in onnx.load(path, load_external_data=False).graph.initializer
        for entry in tensor.external_data
        if entry.key == "location"
    }
    if not scattered:
        return
    model = onnx.load(path)
    for file in scattered:
        os.remove(os.path.join(folder, file))
    onnx.save(model, path, save_as_external_data=True, all_tensors_to_one_file=True, location=f"{name}_data")


class VitEncoder(nn.Module):
    def __init__(self, sam):
        super().__init__()
        self.sam = sam
        self.register_buffer("positions", sam.get_image_wide_positional_embeddings().detach())

    def forward(self, pixel_values):
        tokens = self.sam.vision_encoder(pixel_values).last_hidden_state
        return tokens, self.positions.expand(tokens.shape[0], -1, -1, -1)


class VitDecoder(nn.Module):
    def __init__(self, sam):
        super().__init__()
        self.prompt_encoder = sam.prompt_encoder
        self.mask_decoder = sam.mask_decoder

    def forward(self, input_points, input_labels, image_embeddings, image_positional_embeddings):
        sparse, dense = self.prompt_encoder(
            input_points=input_points, input_labels=input_labels, input_boxes=None, input_masks=None
        )
        masks, ious = self.mask_decoder(
            image_embeddings=image_embeddings, image_positional_embeddings=image_positional_embeddings,
            sparse_prompt_embeddings=sparse, dense_prompt_embeddings=dense, multimask_output=True,
        )[:2]
        return ious, masks


def export_vit(folder, sizes):
    # eager attention, as transformers.js' exports have it
    sam = SamModel._from_config(SamConfig(vision_config=SamVisionConfig(**sizes).to_dict()), attn_implementation="eager")
    draw(sam.vision_encoder)
    # drawn like the encoder, the decoder and its compiled form differ by more than the bound, likely by rounding
    for part in (sam.prompt_encoder, sam.mask_decoder):
        unsettle(part)
    decoder_inputs = {
        "input_points": torch.rand(1, 2, 3, 2) * SIZE, "input_labels": torch.randint(0, 2, (1, 2, 3)),
        "image_embeddings": torch.randn(1, WIDTH, GRID, GRID),
        "image_positional_embeddings": sam.get_image_wide_positional_embeddings().detach(),
    }
    points = {0: "batch_size", 1: "point_batch_size", 2: "nb_points_per_image"}
    export(folder, "decoder.onnx", VitDecoder(sam), decoder_inputs, ["iou_scores", "pred_masks"], {
        "input_points": points, "input_labels": points, "image_embeddings": {0: "batch_size"},
        "image_positional_embeddings": {0: "batch_size"},
    })
    export(folder, "encoder.onnx", VitEncoder(sam), {"pixel_values": torch.randn(1, 3, SIZE, SIZE)},
           ["image_embeddings", "image_positional_embeddings"], {"pixel_values": {0: "batch_size"}})


class HieraEncoder(nn.Module):
    def __init__(self, sam):
        super().__init__()
        self.sam = sam

    def forward(self, pixel_values):
        return tuple(self.sam.get_image_embeddings(pixel_values))


def export_hiera(folder, sizes):
    sam = Sam2Model._from_config(Sam2Config(vision_config=hiera(*sizes)), attn_implementation="eager")
    draw(sam)
    names = [f"image_embeddings.{i}" for i in range(3)]
    maps = [torch.randn(1, 32, 256, 256), torch.randn(1, 64, 128, 128), torch.randn(1, WIDTH, GRID, GRID)]
    export(folder, "decoder.onnx", small_exports.TransformersJsSam2(sam), {
        "input_points": torch.rand(1, 2, 3, 2) * SIZE, "input_labels": torch.randint(0, 2, (1, 2, 3)),
        "input_boxes": torch.rand(1, 2, 4) * SIZE, **dict(zip(names, maps)),
    }, ["iou_scores", "pred_masks", "object_score_logits"], {
        "input_points": {1: "num_prompts", 2: "num_points"}, "input_labels": {1: "num_prompts", 2: "num_points"},
        "input_boxes": {1: "num_boxes"},
    })
    export(folder, "encoder.onnx", HieraEncoder(sam), {"pixel_values": torch.randn(1, 3, SIZE, SIZE)}, names,
           {"pixel_values": {0: "batch_size"}})


def export_samexporter_sam2(folder, sizes):
    sam = Sam2Model._from_config(Sam2Config(vision_config=hiera(*sizes)), attn_implementation="eager")
    draw(sam)
    names = ["high_res_feats_0", "high_res_feats_1", "image_embed"]
    fine, middle, tokens = torch.randn(1, 32, 256, 256), torch.randn(1, 64, 128, 128), torch.randn(1, WIDTH, GRID, GRID)
    axes = {0: "num_labels", 1: "num_points"}
    export(folder, "decoder.onnx", small_exports.SamexporterSam2(sam), {
        "image_embed": tokens, "high_res_feats_0": fine, "high_res_feats_1": middle,
        "point_coords": torch.rand(2, 3, 2) * SIZE, "point_labels": torch.randint(0, 4, (2, 3)).float(),
        "mask_input": torch.randn(2, 1, 256, 256), "has_mask_input": torch.tensor([1.0]),
    }, ["masks", "iou_predictions"], {"point_coords": axes, "point_labels": axes, "mask_input": {0: "num_labels"}})
    export(folder, "encoder.onnx", HieraEncoder(sam), {"image": torch.randn(1, 3, SIZE, SIZE)}, names, {})


def drawn_decoder():
    """SAM 1's decoder, of which the light models have one each."""
    sam = Sam(2, WIDTH, 8, 2048, GRID)
    unsettle(sam)
    return sam


def points_and_labels(prompts):
    return {"point_coords": torch.rand(prompts, 5, 2) * SIZE, "point_labels": torch.randint(0, 4, (prompts, 5)).float()}


def export_mobile(folder):
    encoder = light_encoders.TinyVit()
    draw(encoder)
    export(folder, "encoder.onnx", small_exports.Sam1Normalising(encoder), {"input_image": torch.rand(683, SIZE, 3) * 255},
           ["image_embeddings"], {"input_image": {0: "image_height", 1: "image_width"}})
    points = {1: "num_points"}
    export(folder, "decoder.onnx", SamOnnxModel(drawn_decoder(), False), {
        "image_embeddings": torch.randn(1, WIDTH, GRID, GRID), **points_and_labels(1),
        "mask_input": torch.randn(1, 1, 4 * GRID, 4 * GRID), "has_mask_input": torch.tensor([1.0]),
        "orig_im_size": torch.tensor([683.0, 1024.0]),
    }, ["masks", "iou_predictions", "low_res_masks"], {"point_coords": points, "point_labels": points})


def export_edge(folder):
    encoder = light_encoders.RepVit()
    draw(encoder)
    export(folder, "encoder.onnx", encoder, {"image": torch.randn(1, 3, SIZE, SIZE)}, ["image_embeddings"], {})
    points = {1: "num_points"}
    export(folder, "decoder.onnx", small_exports.EdgeSamDecoder(drawn_decoder()), {
        "image_embeddings": torch.randn(1, WIDTH, GRID, GRID), **points_and_labels(1),
    }, ["scores", "masks"], {"point_coords": points, "point_labels": points})


def export_efficientvit(folder):
    encoder = light_encoders.EfficientVit()
    draw(encoder)
    export(folder, "encoder.onnx", encoder, {"input_image": torch.randn(1, 3, SIZE // 2, SIZE // 2)}, ["image_embeddings"],
           {"input_image": {0: "batch_size"}})
    axes = {0: "batch_size", 1: "num_points"}
    export(folder, "decoder.onnx", small_exports.EfficientVitDecoder(drawn_decoder()), {
        "image_embeddings": torch.randn(1, WIDTH, GRID, GRID), **points_and_labels(4),
    }, ["masks", "iou_predictions"], {"point_coords": axes, "point_labels": axes})


def export_efficient(folder):
    encoder = light_encoders.VitTiny()
    draw(encoder)
    export(folder, "encoder.onnx", small_exports.EfficientEncoder(encoder), {"batched_images": torch.rand(1, 3, 683, SIZE)},
           ["image_embeddings"], {"batched_images": {0: "batch", 2: "height", 3: "width"}})
    axes = {1: "num_queries", 2: "num_pts"}
    prompts = {f"batched_{name}": value[None] for name, value in points_and_labels(2).items()}
    export(folder, "decoder.onnx", small_exports.EfficientDecoder(drawn_decoder()), {
        "image_embeddings": torch.randn(1, WIDTH, GRID, GRID), **prompts,
        "orig_im_size": torch.tensor([683, 1024], dtype=torch.int64),
    }, ["output_masks", "iou_predictions"], {"batched_point_coords": axes, "batched_point_labels": axes})


EXPORTS = {
    **{name: lambda folder, sizes=sizes: export_vit(folder, sizes) for name, sizes in VITS.items()},
    **{name: lambda folder, sizes=sizes: export_hiera(folder, sizes) for name, sizes in HIERAS.items()},
    "sam2-tiny": lambda folder: export_samexporter_sam2(folder, HIERAS["sam2.1-tiny"]),
    "mobile-sam": export_mobile,
    "edge-sam": export_edge,
    "efficient-sam-ti": export_efficient,
    "efficientvit-sam-l0": export_efficientvit,
}


def main(out, names):
    small_exports.GRID, small_exports.FRAME = GRID, SIZE
    for name in names or EXPORTS:
        torch.manual_seed(1)
        folder = os.path.join(out, name)
        os.makedirs(folder, exist_ok=True)
        with torch.no_grad():
            EXPORTS[name](folder)
        print(name, {file: os.path.getsize(os.path.join(folder, file)) for file in sorted(os.listdir(folder))}, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
