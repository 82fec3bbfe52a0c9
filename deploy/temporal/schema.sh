#!/bin/sh
# Brings Temporal's two databases to the schema of this release. Safe to run again.
set -eu
SQL_PASSWORD=$(cat "$SQL_PASSWORD_FILE")
export SQL_PASSWORD
schemas=${SCHEMA_FOLDER:-/etc/temporal/schema/postgresql/v12}

for pair in temporal:temporal temporal_visibility:visibility; do
  database=${pair%%:*}
  schema=${pair##*:}
  tool="temporal-sql-tool --plugin postgres12 --ep $SQL_HOST --port ${SQL_PORT:-5432} --user $SQL_USER --db $database"
  # Makes the version table; refused where it is there already, which is no problem.
  $tool setup-schema --version 0.0 || echo "$database: has a schema already"
  $tool update-schema --schema-dir "$schemas/$schema/versioned"
done
