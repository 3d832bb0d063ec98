"""Chromium with nobody looking on: pages load without a debugger, which costs tens of milliseconds a page.

What a page measured itself, by the standard performance entries, is read after it has come to rest.
"""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from tests.widgets.browser import ARGUMENTS, CHROMIUM


@dataclass
class BareChromium:
    """A browser that is spoken to over two pipes, by Chromium's own protocol."""

    _commands: int
    _answers: int
    _number: int = 0
    _left: bytes = b""
    _heard: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    @contextmanager
    def launched(cls) -> Iterator[Self]:
        """The browser, with a profile of its own, ended at the end."""
        commands_out, commands_in = os.pipe()
        answers_out, answers_in = os.pipe()
        with tempfile.TemporaryDirectory(prefix="rsc-chromium-", ignore_cleanup_errors=True) as profile:
            options = [
                "--headless",
                "--remote-debugging-pipe",
                "--no-first-run",
                f"--user-data-dir={profile}",
            ]
            # It reads commands from its third file and answers on its fourth.
            script = f'exec "$@" 3<&{commands_out} 4>&{answers_in}'
            process = subprocess.Popen(
                ["sh", "-c", script, "sh", CHROMIUM, *options, *ARGUMENTS, "about:blank"],
                pass_fds=(commands_out, answers_in),
                stderr=subprocess.DEVNULL,
            )
            try:
                yield cls(commands_in, answers_out)
            finally:
                process.terminate()
                process.wait(10)
                for one in (commands_out, commands_in, answers_out, answers_in):
                    os.close(one)

    def load(self, url: str, frame_origin: str, script: str, *, rest_s: float) -> tuple[Any, Any]:
        """Open the page with nothing cached; after `rest_s`, what `script` says in it and in its frame.

        `script` is a function without arguments. The frame is of `frame_origin`, and of the page's own site.
        """
        context = self._ask("Target.createBrowserContext")["browserContextId"]
        target = self._ask(
            "Target.createTarget", url=url, browserContextId=context, width=1_200, height=1_000
        )["targetId"]
        time.sleep(rest_s)
        session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._heard.clear()
        self._ask("Runtime.enable", session)
        found = [self._run(script, session, one) for one in self._contexts(url, frame_origin)]
        self._ask("Target.disposeBrowserContext", browserContextId=context)
        page, frame = found
        return page, frame

    def _contexts(self, url: str, frame_origin: str) -> Iterator[int]:
        """The page's and the frame's, in this order."""
        made = [
            one["params"]["context"]
            for one in self._heard
            if one.get("method") == "Runtime.executionContextCreated"
        ]
        for origin in ("/".join(url.split("/")[:3]), frame_origin):
            yield next(one["id"] for one in made if one["origin"] == origin and one["auxData"]["isDefault"])

    def _run(self, script: str, session: str, context: int) -> Any:
        said = self._ask(
            "Runtime.evaluate",
            session,
            expression=f"({script})()",
            contextId=context,
            awaitPromise=True,
            returnByValue=True,
        )
        return said["result"]["value"]

    def _ask(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        command: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if session is not None:
            command["sessionId"] = session
        os.write(self._commands, json.dumps(command).encode() + b"\0")
        while True:
            said = self._next()
            if said.get("id") == self._number:
                result: dict[str, Any] = said["result"]
                return result
            self._heard.append(said)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            more = os.read(self._answers, 65_536)
            assert more, "Chromium has ended"
            self._left += more
        text, _, self._left = self._left.partition(b"\0")
        said: dict[str, Any] = json.loads(text)
        return said
