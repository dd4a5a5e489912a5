//! # Filling its folder with one sparse file
//!
//! the verdict | crashed: wrote more than 64 MiB | crashed: wrote more than 64 MiB

fn attempts(_: &mut postgres::Client) {
    for name in ["a", "b"] {
        let file = std::fs::File::create(name).unwrap();
        file.set_len(60 << 20).unwrap();
    }
    std::thread::sleep(std::time::Duration::from_secs(60));
}
