//! # Taking 3 GiB of memory
//!
//! the verdict | crashed: used more than 1024 MiB of memory | crashed: used more than 1024 MiB of memory

fn attempts(_: &mut postgres::Client) {
    let mut taken = Vec::new();
    for _ in 0..300 {
        taken.push(vec![1u8; 10 << 20]);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    std::thread::sleep(std::time::Duration::from_secs(60));
    drop(taken);
}
