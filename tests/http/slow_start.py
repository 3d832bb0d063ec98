"""A program whose workers take longer to start than uvicorn waits for an answer; else as `serving.py`."""

import time

from tests.http.serving import main

if __name__ == "__mp_main__":  # So multiprocessing calls this module in a worker.
    time.sleep(6)

if __name__ == "__main__":
    main()
