import type * as Sdk from '@aws-sdk/client-s3';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { SamError } from '../../errors.js';

/** The SDK and a client of it. */
export interface S3 {
  readonly sdk: typeof Sdk;
  readonly client: S3Client;
}

/** Where a client goes and as whom is told by the environment. */
const DECIDING = [
  'AWS_ENDPOINT_URL_S3',
  'AWS_ENDPOINT_URL',
  'AWS_REGION',
  'AWS_PROFILE',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_MAX_ATTEMPTS',
  'AWS_NO_SIGN_REQUEST',
];

/** Milliseconds until a connection must stand, and that one may be silent. */
const [CONNECTION_TIMEOUT, SILENCE_TIMEOUT] = [10_000, 60_000];

let known: { readonly environment: string; readonly s3: Promise<S3> } | undefined;

/**
 * The client that the environment asks for, by the conventions of the AWS SDK: endpoint, region, profile and credentials. A process has one, as
 * long as the environment stays as it is. Before this is called nothing of the SDK is loaded.
 *
 * @throws SamError `bad-usage` when the SDK is not installed.
 */
export async function s3Client(): Promise<S3> {
  const environment = JSON.stringify(DECIDING.map((name) => process.env[name]));
  if (known?.environment !== environment) known = { environment, s3: made() };
  return known.s3;
}

async function made(): Promise<S3> {
  const sdk = await loadSdk();
  const config: S3ClientConfig = {
    // a bucket of another region than the usual one is found
    followRegionRedirects: true,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT, socketTimeout: SILENCE_TIMEOUT },
  };
  // the SDK has no convention for requests without a signature; GDAL's is well known
  if (isYes(process.env.AWS_NO_SIGN_REQUEST)) {
    config.signer = { sign: async (request) => request };
    // asked for before each request all the same
    config.credentials = { accessKeyId: 'nobody', secretAccessKey: 'nobody' };
  }
  const asked = new sdk.S3Client(config);
  // as the AWS CLI does; where there is an endpoint, the region says little
  const region = await asked.config.region().catch(() => 'us-east-1');
  const client = new sdk.S3Client({ ...config, region, forcePathStyle: await hasOwnEndpoint(asked) });
  return { sdk, client };
}

async function loadSdk(): Promise<S3['sdk']> {
  // which Node.js is needed is this package's to say, not a warning's on every start
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  try {
    return await import('@aws-sdk/client-s3');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new SamError(
      'bad-usage',
      'Expected the package @aws-sdk/client-s3 for an s3:// address but it is not installed',
      'Run `npm install @aws-sdk/client-s3` where sam-cli is installed (with -g where that is global).',
    );
  }
}

/** Servers other than AWS mostly have no host name for each bucket: its name then goes into the path. */
async function hasOwnEndpoint({ config }: S3Client): Promise<boolean> {
  if (process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL) return true;
  // of a profile; the SDK does not declare how it looks that up
  const lookUp: unknown = Reflect.get(config, 'serviceConfiguredEndpoint');
  return typeof lookUp === 'function' && Boolean(await Promise.resolve(lookUp()).catch(() => undefined));
}

function isYes(value: string | undefined): boolean {
  return /^(1|yes|true|on)$/i.test(value ?? '');
}
