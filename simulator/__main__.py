"""`python -m simulator`: starts the network on a port and runs until it is told to stop.

The account's token, its password and signing key, is read from `SIMULATOR_TOKEN`: everybody can read a command line.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import threading
from pathlib import Path

from simulator.app import make_simulator
from simulator.clock import SimulatedClock
from simulator.network.network import Config, Network


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one and prints it")
    parser.add_argument("--journal", type=Path, required=True, help="file that witnesses everything (JSONL)")
    parser.add_argument("--account", default="AC" + "0" * 32, help="the account's id, user name of the API")
    parser.add_argument("--clock", default="", help="<business ISO start>@<rate>@<real ISO anchor>; empty: real")
    parser.add_argument("--rest-scale", type=float, default=1.0, help="stretches every wait of people and network")
    parser.add_argument("--seed", type=int, default=0, help="of the people's opinions and of the faults")
    parser.add_argument("--workers", type=int, default=48, help="threads that carry requests to the customer")
    return parser.parse_args()


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    given = _arguments()
    token = os.environ["SIMULATOR_TOKEN"]
    logging.basicConfig(level=logging.WARNING)
    clock = SimulatedClock.parse(given.clock, given.rest_scale)
    net = Network(Config(given.account, token, given.journal, clock, given.seed, given.workers))
    server = make_simulator(net, given.host, given.port)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"simulator listens on http://{given.host}:{server.server_port}", flush=True)
    stop.wait()
    server.shutdown()
    net.close()


if __name__ == "__main__":
    main()
