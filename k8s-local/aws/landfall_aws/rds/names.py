"""Identifiers, master users and first databases, as AWS wants them.

The rules: DBInstanceIdentifier, MasterUsername and DBName of CreateDBInstance, and the same of CreateDBCluster, API
reference. The words are those that users report.
"""

import re
from typing import Any

from ..errors import AwsError
from ..settings import Settings
from .states import before

_IDENTIFIER = re.compile(r"[a-zA-Z](?!.*--)([a-zA-Z0-9-]*[a-zA-Z0-9])?")
_USERNAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]*")
# The longest master user name, and the longest name of a database, of each engine.
_LENGTHS = {"mysql": (16, 64), "aurora-postgresql": (63, 63)}
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html; what else the engines reserve
# is a long list, of which these are what somebody might choose:
# https://www.postgresql.org/docs/current/sql-keywords-appendix.html
_RESERVED_USERS = {
    "mysql": {"rdsadmin", "rdsrepladmin"},
    "aurora-postgresql": {"admin", "rdsadmin", "rds_superuser", "rdsrepladmin", "user", "all", "public", "session_user"},
}
_RESERVED_DATABASES = {
    "mysql": {"mysql", "sys", "information_schema", "performance_schema"},
    "aurora-postgresql": {"rdsadmin", "template0", "template1", "catalog", "user", "database"},
}


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message)


def _check_given(parameter: str, value: Any) -> None:
    if not value:
        raise _invalid(f"The parameter {parameter} must be provided and must not be blank.")


def check_identifier(parameter: str, name: str | None, longest: int = 63) -> None:
    if name is None:
        return
    if not _IDENTIFIER.fullmatch(name):
        raise _invalid(
            f"The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only "
            "ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
        )
    if len(name) > longest:
        raise _invalid(
            f"The parameter {parameter} is not a valid identifier because it is longer than {longest} characters."
        )


def _check_user(engine: str, name: Any) -> None:
    _check_given("MasterUsername", name)
    longest = _LENGTHS[engine][0]
    if not _USERNAME.fullmatch(name):
        raise _invalid(
            "The parameter MasterUsername is not a valid identifier. Identifiers must begin with a letter; must contain only "
            "ASCII letters, digits, and underscores."
        )
    if len(name) > longest:
        raise _invalid(f"The parameter MasterUsername is not valid because it is longer than {longest} characters.")
    if name.lower() in _RESERVED_USERS[engine]:
        raise _invalid(f"MasterUsername {name} cannot be used as it is a reserved word used by the engine")


def _check_database(engine: str, parameter: str, name: str | None) -> None:
    if not name:
        return
    if not _USERNAME.fullmatch(name):
        raise _invalid(f"{parameter} must begin with a letter and contain only alphanumeric characters.")
    if len(name) > _LENGTHS[engine][1]:
        raise _invalid(f"{parameter} must have at most {_LENGTHS[engine][1]} characters.")
    if name.lower() in _RESERVED_DATABASES[engine]:
        raise _invalid(f"{parameter} {name} cannot be used. It is a reserved word for this engine.")


# What a member has of its cluster, and how AWS calls it: the words are those that users report, as in
# https://github.com/aws-controllers-k8s/community/issues/1028 for storage.
_OF_CLUSTER = {
    "MasterUsername": "master user name",
    "MasterUserPassword": "master user password",
    "DBName": "database name",
    "BackupRetentionPeriod": "backup retention period",
    "PreferredBackupWindow": "backup window",
    "VpcSecurityGroupIds": "vpc security group",
}


def install(_settings: Settings) -> None:
    @before("create_db_instance")
    def check_instance(backend: Any, params: Any) -> None:
        check_identifier("DBInstanceIdentifier", params.get("DBInstanceIdentifier"))
        engine = params.get("Engine")
        if params.get("DBClusterIdentifier"):
            for parameter, words in _OF_CLUSTER.items():
                if params.get(parameter):
                    raise AwsError(
                        "InvalidParameterCombination",
                        f"The requested DB Instance will be a member of a DB Cluster. Set {words} for the DB Cluster.",
                    )
        elif engine in _LENGTHS:
            _check_user(engine, params.get("MasterUsername"))
            _check_database(engine, "DBName", params.get("DBName"))

    @before("create_db_cluster")
    def check_cluster(backend: Any, params: Any) -> None:
        check_identifier("DBClusterIdentifier", params.get("DBClusterIdentifier"))
        engine = params.get("Engine")
        if engine in _LENGTHS:
            _check_user(engine, params.get("MasterUsername"))
            _check_database(engine, "DatabaseName", params.get("DatabaseName"))

    @before("modify_db_instance")
    def check_renamed(backend: Any, params: Any) -> None:
        check_identifier("NewDBInstanceIdentifier", params.get("NewDBInstanceIdentifier"))

    @before("modify_db_cluster")
    def check_cluster_renamed(backend: Any, params: Any) -> None:
        check_identifier("NewDBClusterIdentifier", params.get("NewDBClusterIdentifier"))
