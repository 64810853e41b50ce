"""What the Python clients' scripts share: the address of the Envoy, and checks that print got and want."""

import os
import sys
import traceback

URL = (sys.argv[1] if len(sys.argv) > 1 else os.environ.get("OCKHAM_URL", "http://127.0.0.1:8080")).rstrip("/")

# A PNG of one pixel.
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="

failures = []


def same(name, got, want):
    """The two are equal."""
    if got != want:
        failures.append(name)
        print(f"FAIL {name}\n     got  {got!r}\n     want {want!r}")


def holds(name, condition, got):
    """The condition is true of got."""
    if not condition:
        failures.append(name)
        print(f"FAIL {name}\n     got  {got!r}")


def raises(name, kind, call):
    """The call raises kind; the exception is returned."""
    try:
        got = call()
    except kind as e:
        return e
    except Exception as e:  # noqa: BLE001 - any other is what is to be shown
        got = e
    failures.append(name)
    print(f"FAIL {name}\n     got  {got!r}\n     want an exception {kind}")
    return None


def run(name, *steps):
    """Takes the steps one after the other and ends the script: with 1 if anything failed."""
    for step in steps:
        try:
            step()
        except Exception:  # noqa: BLE001 - the other steps are of interest all the same
            failures.append(step.__name__)
            print(f"FAIL {step.__name__}\n{traceback.format_exc()}")
    print(f"{name}: {len(failures)} failures" if failures else f"{name}: ok")
    sys.exit(1 if failures else 0)
