#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the autograder's image (Ubuntu). Whatever needs
# the network happens here: a submission is graded without it.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

# Ubuntu would make and start a PostgreSQL cluster of its own, which nobody here uses.
mkdir -p /etc/postgresql-common
echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
apt-get update
# rustup is a package from Ubuntu 24.04 on: choose that image in the autograder's settings.
apt-get install -y --no-install-recommends \
  build-essential bubblewrap ca-certificates postgresql python3-pip rustup

# Where the user that answers run as can read them, which root's home is not.
export RUSTUP_HOME=/opt/rustup CARGO_HOME=/opt/cargo
rustup toolchain install stable --profile minimal

cd /autograder/source/pglings
cargo build --workspace
# Module 7 needs pgvector, which is in the bundle and not in Ubuntu's PostgreSQL. Comes over the
# network too, so it is fetched now; the folder is the one that run_autograder names.
export PGLINGS_HOME=/opt/pglings-home
mkdir -p "$PGLINGS_HOME"
PGLINGS_SERVER=bundle ./target/debug/pglings server start
PGLINGS_SERVER=bundle ./target/debug/pglings server stop
