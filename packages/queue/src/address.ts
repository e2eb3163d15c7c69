/** What is said of a URL of which nothing can be shown safely. */
const HIDDEN = "the queue's URL";

/**
 * The address of a queue's server as it may be shown: protocol, host, port and database. Neither user nor options are, and
 * nothing at all where a part of a password may have been taken for one of them, as in redis://user:12/34@HOST, whose
 * password should have been percent-encoded.
 */
export function shownAddress(url: string): string {
  if (!isRedisUrl(url)) return HIDDEN;
  const { protocol, hostname, port, pathname, search, hash } = new URL(url);
  const safeHost = /^([\w-]+(\.[\w-]+)*\.?|\[[\da-f:.]+\])$/i.test(hostname);
  if (!safeHost || /@|%40/i.test(search + hash)) return HIDDEN;
  return `${protocol}//${hostname}${port && `:${port}`}${pathname}`;
}

/**
 * Whether a URL is one that the Redis client reads as the address of a server. One whose database is no number is not: the client
 * would go to another database in silence.
 */
export function isRedisUrl(url: string): boolean {
  if (!/^rediss?:\/\//i.test(url) || !URL.canParse(url)) return false;
  return /^(\/\d*)?$/.test(new URL(url).pathname);
}

/** The URL for the Redis client, which takes any other spelling of `rediss` for a connection without TLS. */
export function clientUrl(url: string): string {
  return url.replace(/^rediss?:/i, (protocol) => protocol.toLowerCase());
}
