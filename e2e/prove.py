"""The full proofs: the same as the tests, as often as it takes to believe them. `make prove`.

Each round is remembered in the folder as soon as it is through, so a run that was stopped goes on where it was. When
all are through, the results are written to docs/evidence/ with date and commit. Exit code 1 where a round failed.
"""

import argparse
import importlib
import json
import os
import sys
import time
import traceback
from pathlib import Path

from tools.benchmarks.evidence import ROOT, commit, save

# Proof: how many rounds of it. Each is a module of `proofs` with run(round_number, folder) -> dict; what
# differs is listed in its `differences`. The folder is shared by the rounds.
# Parity's sixth is of Olist's orders.
ROUNDS = {
    "defects": 20,
    "days": 2,
    "arrivals": 10,
    "kills": 20,
    "leaks": 20,
    "erasure": 20,
    "offers": 20,
    "readers": 1,
    "parity": 6 if os.environ.get("OLIST_DATA") else 5,
}


def main() -> int:
    """Run what has not been run for this commit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=ROUNDS, default=list(ROUNDS), help="which proofs (default: all)")
    parser.add_argument("--rounds", type=int, help="how many rounds of each, instead of what is asked for")
    parser.add_argument("--first", type=int, default=0, help="number of the first round (default: 0)")
    parser.add_argument("--folder", type=Path, default=ROOT / "warehouse" / "prove", help="where rounds are remembered")
    chosen = parser.parse_args()
    remembered = chosen.folder / f"{commit()}.jsonl"
    remembered.parent.mkdir(parents=True, exist_ok=True)
    lines = remembered.read_text().splitlines() if remembered.exists() else []
    # A round that failed is played again: what broke it may have been the machine.
    done = [result for line in lines if (result := json.loads(line))["passed"]]
    for proof in chosen.only:
        for number in range(chosen.first, chosen.rounds or ROUNDS[proof]):
            if any(result["proof"] == proof and result["round"] == number for result in done):
                continue
            result = play(proof, number, chosen.folder / proof)
            done.append(result)
            with open(remembered, "a", encoding="utf-8") as stream:
                stream.write(json.dumps(result) + "\n")
            print(
                f"{proof} {number}: {'passed' if result['passed'] else 'FAILED'} in {result['seconds']} s", flush=True
            )
    failed = [result for result in done if not result["passed"]]
    for result in failed:
        print(json.dumps(result, indent=2))
    results = [result for result in done if result["proof"] in chosen.only]
    print(json.dumps(counted(results)))
    save("prove", {"summary": counted(results), "rounds": results})
    return 1 if failed else 0


def play(proof: str, number: int, folder: Path) -> dict:
    """One round; what it returned, or how it failed."""
    started = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        figures = importlib.import_module(f"proofs.{proof}").run(number, folder)
        passed = not figures.get("differences")
    # A round that breaks is a result, and the others go on.
    except Exception as error:  # noqa: BLE001
        figures, passed = {"error": "".join(traceback.format_exception(error))[-4000:]}, False
    seconds = round(time.monotonic() - started, 1)
    return {"proof": proof, "round": number, "passed": passed, "seconds": seconds, **figures}


def counted(results: list[dict]) -> dict[str, dict[str, int]]:
    """How many rounds of each proof there are, and how many of them passed."""
    return {
        proof: {
            "rounds": len(rounds := [result for result in results if result["proof"] == proof]),
            "passed": sum(result["passed"] for result in rounds),
        }
        for proof in dict.fromkeys(result["proof"] for result in results)
    }


if __name__ == "__main__":
    sys.exit(main())
