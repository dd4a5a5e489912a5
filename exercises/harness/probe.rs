//! Nothing but a target that is compiled anew for each run of `pglings grade`, which notes how the
//! compiler is called for an exercise.

fn main() {
    // Cargo compiles it again when this has another value.
    let _ = option_env!("PGLINGS_PROBE");
}
