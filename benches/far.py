"""A server at the far end of a long link: another network namespace, joined to this one by `link.c`."""

import os
import shutil
import subprocess
import time
from pathlib import Path

HERE, THERE = "198.18.77.1", "198.18.77.2"  # RFC 2544: addresses for measuring, that no network has
DELAY_MS, RATE_MBIT = 25, 1000
SEARCH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def missing():
    """What of the means is not there; empty if all is."""
    if os.geteuid() != 0:
        return "a network namespace needs root"
    programs = [p for p in ["cc", "ip", "nginx"] if not shutil.which(p, path=SEARCH)]
    if programs:
        return f"{' and '.join(programs)}: not installed"
    return "" if Path("/dev/net/tun").exists() else "no /dev/net/tun"


class Far:
    """Serves a folder, 2 x 25 ms and 1 Gbit/s away, while the `with` lasts."""

    def __init__(self, scratch, files):
        self.folder, self.files = scratch / "far", files
        self.name = f"dlfar{os.getpid() % 100000}"
        self.running = []

    def url(self, path):
        return f"http://{THERE}/{path}"

    def __enter__(self):
        self.folder.mkdir()
        subprocess.run(["cc", "-O2", "-pthread", "-o", self.folder / "link", Path(__file__).with_name("link.c")], check=True)
        ip("netns", "add", self.name)
        try:
            link = self.start([self.folder / "link", self.name, self.name, str(DELAY_MS), str(RATE_MBIT)], subprocess.PIPE)
            link.stdout.readline()
            inside = ["netns", "exec", self.name, "ip"]
            for words, own, other in [([], HERE, THERE), (inside, THERE, HERE)]:
                ip(*words, "addr", "add", own, "peer", other, "dev", self.name)
                ip(*words, "link", "set", self.name, "up")
            (self.folder / "nginx.conf").write_text(
                f"daemon off; user root; pid {self.folder}/pid; events {{}}\n"
                f"http {{ access_log off; sendfile on; server {{ listen {THERE}:80; root {self.files}; }} }}\n")
            self.start([program("ip"), "netns", "exec", self.name, program("nginx"), "-p", self.folder,
                        "-c", self.folder / "nginx.conf", "-e", "stderr"], subprocess.DEVNULL)
            time.sleep(0.5)
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self, words, output):
        process = subprocess.Popen(words, stdout=output, stderr=subprocess.DEVNULL)
        self.running.append(process)
        return process

    def __exit__(self, *_):
        for process in reversed(self.running):
            process.terminate()
            process.wait()
        ip("netns", "del", self.name)


def program(name):
    return shutil.which(name, path=SEARCH)


def ip(*words):
    subprocess.run([program("ip"), *words], check=True, stdout=subprocess.DEVNULL)
