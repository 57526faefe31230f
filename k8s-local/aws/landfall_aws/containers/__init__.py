"""The containers of ECS tasks, for real: run by a Docker daemon, checked by target groups, reached through load balancers.

Only where it is asked for (--containers docker): Docker's library is loaded then, and not before. What Docker does goes on
beside the calls; see lifecycle.elsewhere.
"""

from typing import Any

# The hub of this process; None where containers are simulated.
running: Any = None
