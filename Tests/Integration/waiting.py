"""Tests wait for a condition, never for a duration."""
import time


def eventually(condition, seconds=30, what="the condition"):
    """The first true value of `condition`, asked again and again; an error when time runs out."""
    deadline, last = time.monotonic() + seconds, None
    while time.monotonic() < deadline:
        try:
            last = condition()
            if last:
                return last
        except AssertionError as error:
            last = error
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {seconds} s; last: {last!r}")
