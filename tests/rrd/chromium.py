"""Chromium without a screen, asked by its own protocol over two pipes."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

from processes import Program

BINARY = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
_PATIENCE = 60.0
# The browser unpacks pictures a hundred times faster than Python does.
_COUNT = """(async (picture, boxes) => {
    const bytes = Uint8Array.from(atob(picture), letter => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], {type: 'image/png'}));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d', {willReadFrequently: true});
    canvas.drawImage(bitmap, 0, 0);
    return boxes.map(([left, top, right, bottom]) => {
        const data = canvas.getImageData(left, top, right - left, bottom - top).data;
        const counts = {};
        for (let at = 0; at < data.length; at += 4) {
            const colour = (data[at] << 16) + (data[at + 1] << 8) + data[at + 2];
            counts[colour] = (counts[colour] || 0) + 1;
        }
        return counts;
    });
})"""


class Chromium:
    """One browser with one tab. `complaints` collects errors of the console, of loading and of policy."""

    def __init__(self):
        self.complaints = []
        self.loads = []
        self._data = tempfile.mkdtemp(prefix="chromium-")
        self._to, self._from, self._process = self._start()
        self._buffer = b""
        self._number = 0
        self._events = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Runtime", "Network"):
            self._call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._to)
        os.close(self._from)
        self._process.terminate()
        self._process.wait(_PATIENCE)
        shutil.rmtree(self._data, ignore_errors=True)

    def _start(self):
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        # The protocol wants file descriptors 3 and 4; both ends are first moved out of that way.
        high_in, high_out = os.dup(theirs_in), os.dup(theirs_out)
        while min(high_in, high_out) < 10:
            high_in, high_out = os.dup(high_in), os.dup(high_out)
        command = f"exec {BINARY} {' '.join(_FLAGS)} --user-data-dir={self._data} 3<&{high_in} 4>&{high_out}"
        process = Program(
            ["bash", "-c", command],
            pass_fds=(high_in, high_out),
            stdin=subprocess.DEVNULL,
        )
        for handle in (theirs_in, theirs_out):
            os.close(handle)
        os.closerange(high_in, high_in + 1)
        os.closerange(high_out, high_out + 1)
        return ours_out, ours_in, process

    def _message(self, deadline):
        answers = select.poll()
        answers.register(self._from, select.POLLIN)
        while b"\0" not in self._buffer:
            if not answers.poll(1000 * max(0, deadline - time.monotonic())):
                raise TimeoutError("Chromium does not answer")
            data = os.read(self._from, 1 << 20)
            if not data:
                raise EOFError(f"Chromium has ended; it said: {self._process.last_words()}")
            self._buffer += data
        text, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(text)

    def _call(self, method, **parameters):
        self._number += 1
        request = {"id": self._number, "method": method, "params": parameters}
        if getattr(self, "_session", None):
            request["sessionId"] = self._session
        data = json.dumps(request).encode() + b"\0"
        while data:
            data = data[os.write(self._to, data) :]
        deadline = time.monotonic() + _PATIENCE
        while (message := self._message(deadline)).get("id") != self._number:
            self._note(message)
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']}")
        return message["result"]

    def _note(self, message):
        parameters = message.get("params", {})
        match message.get("method"):
            case "Log.entryAdded":
                self.complaints.append(parameters["entry"]["text"])
            case "Runtime.consoleAPICalled" | "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(parameters))
            case "Network.loadingFailed":
                self.complaints.append(parameters["errorText"])
            case "Network.requestWillBeSent":
                self.loads.append(parameters["request"]["url"])
            case "Page.loadEventFired":
                self._events.append("load")

    def open(self, url, *, width=1280, height=900, dark=False, phone=False):
        """Load a page; returns when it and its pictures are there."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                   deviceScaleFactor=2 if phone else 1, mobile=phone)  # fmt: skip
        scheme = "dark" if dark else "light"
        self._call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self._events.clear()
        self._call("Page.navigate", url=url)
        deadline = time.monotonic() + _PATIENCE
        while not self._events:
            self._note(self._message(deadline))
        self.evaluate("Promise.all([...document.images].map(image => image.decode().catch(() => 0)))")

    def evaluate(self, expression):
        """Return the value of an expression in the page."""
        result = self._call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"]["text"])
        return result["result"].get("value")

    def colours(self, picture, boxes):
        """Return how many pixels of each RRGGBB there are, in each box (left, top, right, bottom) of a PNG picture."""
        found = self.evaluate(f"{_COUNT}({json.dumps(base64.b64encode(picture).decode())}, {json.dumps(boxes)})")
        return [Counter({f"{int(colour):06X}": count for colour, count in counts.items()}) for counts in found]

    def screenshot(self, path, *, whole=True):
        """Write a picture of the page (PNG); of all of it, or of what the window shows."""
        parameters = {"format": "png", "captureBeyondViewport": whole}
        if whole:
            size = self._call("Page.getLayoutMetrics")["cssContentSize"]
            parameters["clip"] = {**size, "scale": 1}
        Path(path).write_bytes(base64.b64decode(self._call("Page.captureScreenshot", **parameters)["data"]))
