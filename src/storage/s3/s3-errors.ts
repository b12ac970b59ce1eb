import { messageOf } from '../../errors.js';

/** What an error of S3 comes to. */
export type S3Fault =
  /** No such object. */
  | 'missing'
  /** No such bucket. */
  | 'no-bucket'
  /** Credentials are missing, wrong, or may not do this. */
  | 'denied'
  /** The object is not as the request expected it. */
  | 'condition'
  /** The server does not know what was asked for. */
  | 'unsupported'
  /** The network, or a server that is away or busy, after all tries. */
  | 'passing';

/** What is read of an error of the SDK. */
interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const FAULT_OF_NAME: Readonly<Record<string, S3Fault>> = {
  NoSuchKey: 'missing',
  NotFound: 'missing',
  NoSuchBucket: 'no-bucket',
  PreconditionFailed: 'condition',
  // another process writes the same object at this moment
  ConditionalRequestConflict: 'condition',
  NotImplemented: 'unsupported',
  CredentialsProviderError: 'denied',
  AccessDenied: 'denied',
  InvalidAccessKeyId: 'denied',
  SignatureDoesNotMatch: 'denied',
  ExpiredToken: 'denied',
  InvalidToken: 'denied',
  TokenRefreshRequired: 'denied',
};

const FAULT_OF_STATUS: Readonly<Record<number, S3Fault>> = {
  401: 'denied',
  403: 'denied',
  404: 'missing',
  412: 'condition',
  501: 'unsupported',
};

/** What an error of the SDK comes to. */
export function s3FaultOf(error: unknown): S3Fault {
  const { name = '', $metadata } = error as SdkError;
  return FAULT_OF_NAME[name] ?? FAULT_OF_STATUS[$metadata?.httpStatusCode ?? 0] ?? 'passing';
}

/**
 * An error of the SDK for a person. Of what was refused only the server's code is told, never its text: servers repeat there what they were sent,
 * keys and signatures with it.
 */
export function s3ErrorInWords(error: unknown): string {
  const { name = 'Error', code, $metadata } = error as SdkError;
  const status = $metadata?.httpStatusCode;
  const answer = [name === 'Unknown' || name === 'UnknownError' ? undefined : name, status].filter((part) => part);
  switch (s3FaultOf(error)) {
    case 'denied':
      if (name === 'CredentialsProviderError') return 'no credentials were found';
      return `access is denied (${answer.join(', ')})`;
    case 'missing':
      return 'it is not there';
    case 'no-bucket':
      return 'there is no such bucket';
    case 'condition':
      return `it is not as it was (${answer.join(', ')})`;
    case 'unsupported':
      return `the server does not know how (${answer.join(', ')})`;
    case 'passing':
      // the SDK wraps what several addresses of a host answered
      if (status === undefined) return messageOf(error) || code || name;
      if (status < 300) return 'the answer of the server could not be understood';
      return `the server answered ${answer.join(', ')}`;
  }
}

/** What to do about it; undefined where nothing can be said. */
export function s3HintOf(error: unknown): string | undefined {
  switch (s3FaultOf(error)) {
    case 'denied':
      return 'Check AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and what they may do; AWS_NO_SIGN_REQUEST=YES reads public buckets without any (docs/s3.md).';
    case 'no-bucket':
      return 'Check its name, AWS_ENDPOINT_URL and AWS_REGION (docs/s3.md).';
    case 'passing':
      return 'Check AWS_ENDPOINT_URL, AWS_REGION and the network, then run the same command again (docs/s3.md).';
    default:
      return undefined;
  }
}
