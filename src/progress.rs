//! How far the reading of an input is, for people who wait for it.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long nothing is shown.
const PATIENCE: Duration = Duration::from_secs(2);

/// A reader that shows on stderr how much was read, where that is a terminal and the reading takes long.
pub(crate) struct Progress<R> {
    input: R,
    bar: ProgressBar,
    /// Since when it reads; none once it shows, or where it never will.
    since: Option<Instant>,
}

impl<R> Progress<R> {
    /// Reads `input`, of which the size may be known. Where it is not `wanted` nothing is shown.
    pub(crate) fn new(input: R, size: Option<u64>, wanted: bool) -> Self {
        let bar = ProgressBar::with_draw_target(size, ProgressDrawTarget::hidden());
        let template = if size.is_some() { "{bar:40} {bytes} of {total_bytes}" } else { "{spinner} {bytes} read" };
        let style = ProgressStyle::with_template(template);
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let wanted = wanted && !is_dumb && std::env::var_os("CI").is_none();
        Self {
            input,
            bar: bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())),
            since: wanted.then(Instant::now),
        }
    }
}

impl<R: Read> Read for Progress<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.bar.inc(read as u64);
        if self.since.is_some_and(|since| since.elapsed() > PATIENCE) {
            self.since = None;
            // It stays hidden where stderr is no terminal.
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        if read == 0 {
            self.bar.finish_and_clear();
        }
        Ok(read)
    }
}

impl<R> Drop for Progress<R> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A file, read behind a window that is worth a system call.
pub(crate) fn open(path: &std::path::Path) -> io::Result<io::BufReader<Progress<std::fs::File>>> {
    let file = std::fs::File::open(path)?;
    let size = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|about| about.len());
    Ok(io::BufReader::with_capacity(1 << 16, Progress::new(file, size, true)))
}
