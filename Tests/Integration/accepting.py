"""For stand-ins that listen: whoever comes, until they close."""


def clients(listener):
    """The sockets that `listener` accepts; ends when it is closed."""
    while True:
        try:
            yield listener.accept()[0]
        except OSError:
            return
