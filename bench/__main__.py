"""`make bench`: all benchmarks, or those named: `make bench ARGS="asking"`."""

from __future__ import annotations

import sys

from bench import asking, backup, commands, daily, monitoring

_ALL = {
    "asking": asking.main,
    "backup": backup.main,
    "commands": commands.main,
    "daily": daily.main,
    "monitoring": monitoring.main,
}


def main() -> int:
    """Run the benchmarks that the arguments name, or all."""
    names = sys.argv[1:] or list(_ALL)
    if unknown := set(names) - set(_ALL):
        print(f"unknown: {', '.join(sorted(unknown))}; there are: {', '.join(_ALL)}", file=sys.stderr)
        return 2
    for name in names:
        _ALL[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
