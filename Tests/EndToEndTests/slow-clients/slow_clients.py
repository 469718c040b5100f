#!/usr/bin/env python3
"""HTTPS clients that send a request so slowly that it never comes to an end.

slow_clients.py PORT COUNT   (until SIGTERM)

Of ten one connects and says nothing, one stops after the TLS handshake, and eight send a header byte by byte. Prints
"ready" when all of them are there. Ends when one is cut off.
"""

import asyncio
import ssl
import sys


async def connect(port, kind, context):
    tls = {} if kind == 0 else {"ssl": context, "server_hostname": "localhost"}
    return await asyncio.open_connection("127.0.0.1", port, **tls)


async def stay(kind, reader, writer):
    if kind == 2:
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        while not reader.at_eof():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(1)
    else:
        await reader.read()
    sys.exit("slow_clients.py: a client was cut off")


async def main(port, count):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    kinds = [min(number % 10, 2) for number in range(count)]
    connections = await asyncio.gather(*(connect(port, kind, context) for kind in kinds))
    print("ready", flush=True)
    await asyncio.gather(*(stay(kind, *connection) for kind, connection in zip(kinds, connections)))


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
