//! # Machine code
//!
//! the verdict | does_not_compile: global_asm | does_not_compile: global_asm

std::arch::global_asm!(".incbin \"/etc/passwd\"");
