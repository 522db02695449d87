#!/usr/bin/python3
"""sigv4_peer.py SEED N: N random requests, and what botocore's signer makes of them.

One request per line, fields in hexadecimal, between tabs: service, region, access key, secret key, seconds since 1970,
method, path as it is sent, hash of the body, number of parameters, each with its name and value (decoded), number of
headers, each with its name and value, canonical request, string to sign, value of Authorization.
"""
import hashlib
import random
import sys
import time
from urllib.parse import quote

try:
    from botocore.auth import S3SigV4Auth, SigV4Auth
    from botocore.compat import HTTPHeaders
    from botocore.credentials import Credentials
except ImportError as error:
    sys.exit(f"sigv4_peer: {error}: the Debian package is python3-botocore")

ODD = ["/", "//", "/./", "/../", ".", "..", " ", "+", "%", "%20", "%2F", "&", "=", "?", "#", "<", ">", '"', "'", "\r",
       "\n", "\t", "\\", "~", "-", "_", "*", "(", ")", "!", "$", ",", ":", ";", "@", "[", "]", "{", "|", "^", "\u00e9",
       "e\u0301", "\u65e5", "\U0001f600", "\x01", "\x7f", "\u00a0", "\ufffe"]
PLAIN = "abcXYZ0129"
VALUE = PLAIN + "   =,;\"'/+&%~:!\u00e9"
UNSIGNED = ["User-Agent", "Expect", "X-Amzn-Trace-Id"]


class Request:
    """As much of a request as the signer asks for."""

    def __init__(self, method, url, headers, body, timestamp):
        self.method, self.url, self.headers, self.body = method, url, headers, body
        self.params, self.context = None, {"timestamp": timestamp}


def text(rng, alphabet, longest):
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(0, longest)))


def odd(rng, longest):
    return "".join(rng.choice(ODD) if rng.random() < 0.4 else rng.choice(PLAIN) for _ in range(rng.randint(0, longest)))


def path_of(rng, service):
    if service == "s3":
        key = odd(rng, rng.choice([4, 16, 200]))
        return rng.choice(["/", "/bucket/"]) + quote(key, safe="-_.~/")
    return "/" + quote(rng.choice(["-", "111122223333"]) + "/vaults/" + odd(rng, 12) + "/archives/" + odd(rng, 40),
                       safe="-_.~/")


def query_of(rng):
    pairs = [(odd(rng, 6) or "delete", odd(rng, 12)) for _ in range(rng.randint(0, 4))]
    if pairs and rng.random() < 0.3:
        pairs.append((pairs[0][0], odd(rng, 6)))
    return pairs


def headers_of(rng, host, timestamp):
    headers = [("Host", host), ("X-Amz-Date", timestamp)]
    for _ in range(rng.randint(0, 6)):
        name = rng.choice(["x-amz-meta-", "X-Amz-Meta-", "Range-", "content-"]) + rng.choice("abcd")
        headers.append((name, text(rng, VALUE, 30)))
    headers += [(name, "x") for name in UNSIGNED if rng.random() < 0.2]
    if rng.random() < 0.3:
        headers.append(("X-Amz-Security-Token", text(rng, PLAIN + "/+=", 1200) or "t"))
    rng.shuffle(headers)
    return headers


def make(rng):
    service = rng.choice(["s3", "s3", "glacier"])
    region = rng.choice(["us-east-1", "eu-central-2", "mars-north-7"])
    access, secret = text(rng, PLAIN, 20) or "A", text(rng, PLAIN + "/+=", 100) or "S"
    seconds = rng.randint(0, 4102444799)
    timestamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))
    host = rng.choice(["s3.example.org", "bucket.s3.eu-central-2.amazonaws.com", "127.0.0.1:9000"])
    path, query, body = path_of(rng, service), query_of(rng), text(rng, VALUE, 50).encode()
    headers = headers_of(rng, host, timestamp)
    digest = hashlib.sha256(body).hexdigest()
    if service == "s3" and rng.random() < 0.1:
        digest = "UNSIGNED-PAYLOAD"
    if service == "s3" or rng.random() < 0.5:
        headers.append(("X-Amz-Content-SHA256", digest))
    method = rng.choice(["GET", "HEAD", "PUT", "POST", "DELETE"])

    sent = HTTPHeaders()
    for name, value in headers:
        sent[name] = value
    encoded = "&".join(f"{quote(n, safe='-_.~')}={quote(v, safe='-_.~')}" for n, v in query)
    request = Request(method, f"http://{host}{path}" + (f"?{encoded}" if query else ""), sent, body, timestamp)
    signer = (S3SigV4Auth if service == "s3" else SigV4Auth)(Credentials(access, secret), service, region)
    canonical = signer.canonical_request(request)
    to_sign = signer.string_to_sign(request, canonical)
    signed = signer.signed_headers(signer.headers_to_sign(request))
    authorization = (f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders={signed}, "
                     f"Signature={signer.signature(to_sign, request)}")
    fields = [service, region, access, secret, str(seconds), method, path, digest, str(len(query))]
    fields += [part for pair in query for part in pair] + [str(len(headers))]
    fields += [part for pair in headers for part in pair] + [canonical, to_sign, authorization]
    return "\t".join(field.encode().hex() for field in fields)


def main():
    rng = random.Random(int(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        print(make(rng))


main()
