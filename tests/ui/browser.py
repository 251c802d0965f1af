"""Headless Chromium through chromedriver, by the WebDriver protocol (W3C) and nothing else."""

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the name of an element's id in the protocol
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--window-size=1100,900"]


def missing():
    """Why no browser can be used here, or nothing."""
    for program in ("chromium", "chromedriver"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    return ""


class Browser:
    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="mlp-browser-")
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
        for line in self.driver.stdout:
            found = re.search(r"on port (\d+)\.", line)
            if found:
                self.address = f"http://127.0.0.1:{found.group(1)}"
                break
        options = {"binary": shutil.which("chromium"), "args": FLAGS + [f"--user-data-dir={self.profile}"]}
        wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options,
                                                   "goog:loggingPrefs": {"browser": "ALL"}}}}
        self.session = self.call("POST", "/session", wanted, whole=True)["sessionId"]

    def call(self, method, path, body=None, whole=False):
        if not whole:
            path = f"/session/{self.session}{path}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data=data, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(json.load(error)["value"]["message"]) from None

    def open(self, address):
        self.call("POST", "/url", {"url": address})

    def text(self):
        return self.run("return document.body.innerText")

    def run(self, script, *arguments):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def click(self, link):
        found = self.call("POST", "/element", {"using": "link text", "value": link})
        self.call("POST", f"/element/{found[ELEMENT]}/click", {})

    def wait_until_gone(self, text, seconds=30):
        end = time.monotonic() + seconds
        while text in self.text():
            if time.monotonic() > end:
                raise AssertionError(f"the page still shows {text!r}:\n{self.text()}")
            time.sleep(0.05)

    def wait_for(self, text, seconds=30):
        """Until the page shows the text; the page as it is when it never does."""
        end = time.monotonic() + seconds
        while text not in self.text():
            if time.monotonic() > end:
                raise AssertionError(f"the page never showed {text!r}; it shows:\n{self.text()}")
            time.sleep(0.05)

    def log(self):
        """What the browser complained about: policy violations, failed requests, exceptions."""
        entries = self.call("POST", "/se/log", {"type": "browser"})
        return [e["message"] for e in entries if e["level"] in ("SEVERE", "WARNING")]

    def picture(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("GET", "/screenshot")))

    def close(self):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(10)
            self.driver.stdout.close()
            shutil.rmtree(self.profile, ignore_errors=True)
