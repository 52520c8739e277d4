//! stdout, which fails where it was closed before the program began (`whose rds >&-`). Rust opens `/dev/null` in its place
//! before `main` runs, so that an answer which nobody got would look like success.

use std::io::{self, StdoutLock, Write};
use std::sync::atomic::{AtomicBool, Ordering};

static WAS_CLOSED: AtomicBool = AtomicBool::new(false);

#[cfg(unix)]
#[allow(
    unsafe_code,
    reason = "what runs before main must be marked so; it asks one thing and needs nothing of the runtime"
)]
#[ctor::ctor(unsafe)]
fn look() {
    WAS_CLOSED.store(rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_err(), Ordering::Relaxed);
}

/// stdout.
pub(crate) struct Stdout(StdoutLock<'static>);

impl Stdout {
    /// stdout, for this thread until it is dropped.
    pub(crate) fn lock() -> Self {
        Self(io::stdout().lock())
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if WAS_CLOSED.load(Ordering::Relaxed) {
            return Err(io::Error::other("stdout is closed: nobody would get the answer"));
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
