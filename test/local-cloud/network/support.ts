/** How clients inside a VPC reach its addresses: plain HTTP through the network's proxy. */
import { request } from 'node:http';

/** GET `url` through the proxy in absolute form; rejects when the connection fails. JSON answers only. */
export function getThrough(proxy: string, url: string): Promise<{ status: number; body: unknown }> {
  const { hostname, port } = new URL(proxy);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path: url, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(text) }));
    })
      .on('error', reject)
      .end();
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
