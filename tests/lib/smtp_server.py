#!/usr/bin/python3
"""An SMTP server for tests: aiosmtpd with a Maildir, and recipients that it treats as real servers do at times.

usage: smtp_server.py FOLDER [--starttls] [--smtps] [--auth]
       smtp_server.py FOLDER newest ADDRESS        print the newest mail to ADDRESS, decoded
       smtp_server.py FOLDER newest-raw ADDRESS    ... as it came

The first form listens on loopback, at the port in FOLDER/port, where it writes the kernel's choice if there is none;
then it makes FOLDER/listening.
"""

import asyncio
import email
import email.policy
import os
import ssl
import subprocess
import sys

try:
    from aiosmtpd.handlers import Mailbox
    from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
except ModuleNotFoundError:
    sys.exit(77)


class Handler(Mailbox):
    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        refusal = {
            "unknown": "550 5.1.1 No such user here",
            "norelay": "550 5.7.1 Relaying denied",
            "busy": "450 4.2.1 Mailbox busy, try later",
        }.get(address.partition("@")[0])
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        local = envelope.rcpt_tos[0].partition("@")[0]
        if local == "refused":
            return "554 5.7.1 Content refused"
        if local == "later":
            return "451 4.7.1 Try again later"
        if local == "vanish":
            server.transport.abort()
        if local == "deaf":
            await asyncio.sleep(3600)
        return await super().handle_DATA(server, session, envelope)


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and data == LoginPassword(b"tester", b"swordfish")
    return AuthResult(success=good, handled=False)


def tls_context(folder):
    cert, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    if not os.path.exists(cert):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-keyout", key, "-out", cert],
            check=True, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


async def serve(folder, options):
    handler = Handler(os.path.join(folder, "mail"))
    context = tls_context(folder) if {"--starttls", "--smtps"} & options else None
    starttls = context if "--starttls" in options else None
    settings = {"hostname": "mail.test", "tls_context": starttls, "require_starttls": starttls is not None}
    if "--auth" in options:
        settings.update(auth_required=True, auth_require_tls=starttls is not None, authenticator=authenticate)
    port_file = os.path.join(folder, "port")
    port = int(open(port_file).read()) if os.path.exists(port_file) else 0
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(
        lambda: SMTP(handler, loop=loop, **settings), "127.0.0.1", port,
        ssl=context if "--smtps" in options else None)
    with open(port_file, "w") as file:
        file.write(str(listener.sockets[0].getsockname()[1]))
    open(os.path.join(folder, "listening"), "w").close()
    await listener.serve_forever()


def newest(folder, address):
    """The bytes of the newest mail to address."""
    mails = os.path.join(folder, "mail", "new")
    names = os.listdir(mails) if os.path.isdir(mails) else []
    for path in sorted((os.path.join(mails, n) for n in names), key=lambda p: os.stat(p).st_mtime_ns, reverse=True):
        with open(path, "rb") as file:
            data = file.read()
        if email.message_from_bytes(data)["X-RcptTo"] == address:
            return data
    return b""


def decoded(data):
    if not data:
        return ""
    mail = email.message_from_bytes(data, policy=email.policy.default)
    head = [f"{name}: {mail[name]}\n" for name in ("From", "To", "Subject", "Message-ID", "Date")]
    return "".join(head) + "\n" + mail.get_content()


def main(folder, *rest):
    if rest and rest[0] == "newest":
        sys.stdout.write(decoded(newest(folder, rest[1])))
    elif rest and rest[0] == "newest-raw":
        sys.stdout.buffer.write(newest(folder, rest[1]))
    else:
        asyncio.run(serve(folder, set(rest)))


if __name__ == "__main__":
    main(*sys.argv[1:])
