//! </script><script>window.attacked = 1</script><img src=x onerror="window.attacked = 1">

fn main() {
    println!("</script><script>window.attacked = 1</script>\u{1b}[2J\u{202e}");
}
