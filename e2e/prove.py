"""The full proofs: the same as the tests, as often as it takes to believe them. `make prove`.

Each round is remembered in the folder as soon as it is through, so a run that was stopped goes on where it was. When
all are through, the results are written to docs/evidence/ with date and commit. Exit code 1 where a round failed.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Proof: how many rounds of it. Each is a module of `proofs` with run(round_number, folder) -> dict; what
# differs is listed in its `differences`. The folder is shared by the rounds.
ROUNDS = {"defects": 20, "days": 2, "arrivals": 10, "kills": 20, "parity": 6}


def main() -> int:
    """Run what has not been run for this commit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=ROUNDS, default=list(ROUNDS), help="which proofs (default: all)")
    parser.add_argument("--rounds", type=int, help="how many rounds of each, instead of what is asked for")
    parser.add_argument("--folder", type=Path, default=ROOT / "warehouse" / "prove", help="where rounds are remembered")
    chosen = parser.parse_args()
    remembered = chosen.folder / f"{commit()}.jsonl"
    remembered.parent.mkdir(parents=True, exist_ok=True)
    lines = remembered.read_text().splitlines() if remembered.exists() else []
    # A round that failed is played again: what broke it may have been the machine.
    done = [result for line in lines if (result := json.loads(line))["passed"]]
    for proof in chosen.only:
        for number in range(chosen.rounds or ROUNDS[proof]):
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
    save([result for result in done if result["proof"] in chosen.only])
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


def commit() -> str:
    """The checked out commit, marked where files differ from it."""
    asked = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    said = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return said.stdout.strip() or "uncommitted"


def save(results: list[dict]) -> None:
    """Write the results to docs/evidence."""
    now = datetime.now(UTC)
    counts = {
        proof: {
            "rounds": len(rounds := [result for result in results if result["proof"] == proof]),
            "passed": sum(result["passed"] for result in rounds),
        }
        for proof in dict.fromkeys(result["proof"] for result in results)
    }
    document = {
        "measured_at": now.isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": {"cpus": os.cpu_count(), "python": sys.version.split()[0]},
        "summary": counts,
        "rounds": results,
    }
    path = ROOT / "docs" / "evidence" / f"prove-{now:%Y-%m-%d}-{commit()}.json"
    path.write_text(json.dumps(document, indent=2) + "\n")
    print(f"{json.dumps(counts)}\nsaved to {path.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.exit(main())
