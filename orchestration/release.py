"""What analysts read: written when the build before it has ended well, and never of a build that did not."""

import dagster as dg

from orchestration.project import run_command
from orchestration.warehouse import warehouse


@dg.asset(
    deps=[warehouse],
    group_name="serving",
    # Two readers of one file may meet; a minute later they do not.
    retry_policy=dg.RetryPolicy(max_retries=3, delay=20, backoff=dg.Backoff.EXPONENTIAL),
)
def release(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """The release of every role, which replaces the one before at once."""
    printed = run_command(context, "techco.serving.publish")
    return dg.MaterializeResult(metadata={"printed": dg.MetadataValue.text(printed.strip())})
