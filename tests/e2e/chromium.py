"""Finds a Chromium that runs here: Playwright's own, else the system's. Run as a module it installs one if need be."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
DOWNLOAD_TIMEOUT_SECONDS = 300
FLAGS = (
    "--no-sandbox",  # refused as root otherwise
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find(playwrights_own: str) -> str | None:
    """The path of a Chromium that runs, or None. Playwright's may be there and lack the system's libraries."""
    candidates = (playwrights_own, *(shutil.which(name) for name in SYSTEM_NAMES), MAC_CHROME)
    return next((path for path in candidates if path and Path(path).exists() and _runs([path, "--version"])), None)


def ensure() -> int:
    """Install Chromium unless one is there; the exit code."""
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if find(own):
        return 0
    print("Fetching Chromium for the end-to-end tests (once).", flush=True)
    _runs([sys.executable, "-m", "playwright", "install", "chromium"])
    if not find(own) and os.geteuid() == 0 and shutil.which("apt-get"):
        _runs(["apt-get", "update", "-qq"])
        _runs(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"])
    if path := find(own):
        print(f"Chromium: {path}")
        return 0
    print(
        "There is no Chromium, and it could be had neither from Playwright nor from the system's packages. Install one "
        f"({' or '.join(SYSTEM_NAMES[:2])}), or run: {sys.executable} -m playwright install --with-deps chromium"
    )
    return 1


def _runs(command: list[str]) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, timeout=DOWNLOAD_TIMEOUT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(ensure())
