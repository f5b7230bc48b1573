/** Pushing: the local Artifact Registry is told of the image; there are no layers to send. */
import { nameOf, withTag, type Image, type LocalImages } from './images.ts';

export interface Registry {
  /** Base URL of the local Artifact Registry. */
  readonly url: string;
  readonly token: string;
}

/** The registry answered, and said no. */
export class PushRefused extends Error {
  /** HTTP status. */
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** No image of that name was built here. */
export class NoSuchImage extends Error {}

/** Pushes the image tagged `reference`. Throws NoSuchImage, PushRefused, or what kept the registry from answering. */
export async function pushImage(images: LocalImages, reference: string, registry: Registry): Promise<Image> {
  const image = images.find(withTag(reference));
  if (!image) throw new NoSuchImage(`An image does not exist locally with the tag: ${nameOf(reference)}`);
  const response = await fetch(`${registry.url}/local/push`, {
    method: 'POST',
    headers: { authorization: `Bearer ${registry.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ reference: withTag(reference), digest: image.digest, sizeBytes: image.sizeBytes }),
  });
  if (!response.ok) throw new PushRefused(response.status, await refusal(response));
  await response.body?.cancel();
  return images.pushed(image, nameOf(reference));
}

async function refusal(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { error } = JSON.parse(text) as { error: { message: string } };
    return error.message;
  } catch {
    return `unexpected status from the registry: ${response.status} ${text.slice(0, 200)}`;
  }
}
