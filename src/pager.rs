//! The pager, for what is longer than the terminal: the one process that `whose` starts.

use std::io::{self, IsTerminal, Write};
use std::process::{Command, Stdio};

/// The pager of the environment: `WHOSE_PAGER`, else `PAGER`, else less. None where it is switched off (empty or `cat`).
fn command() -> Option<String> {
    let named = ["WHOSE_PAGER", "PAGER"].iter().find_map(|name| std::env::var(name).ok());
    let command = named.unwrap_or_else(|| "less".to_owned());
    Some(command.trim().to_owned()).filter(|command| !command.is_empty() && command != "cat")
}

/// Whether output of so many lines goes through a pager: on a terminal that is lower, never under CI or on a dumb terminal.
#[must_use]
pub fn is_wanted(lines: usize) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    let height = terminal_size::terminal_size().map(|(_, height)| usize::from(height.0));
    io::stdout().is_terminal() && !set("CI") && !is_dumb && height.is_some_and(|height| lines > height)
}

/// Shows `text` in the pager; false if there is none to be had.
///
/// # Errors
///
/// A pager that breaks off for another reason than that its reader has seen enough.
pub fn show(text: &str) -> io::Result<bool> {
    let Some(command) = command() else { return Ok(false) };
    // As git does: through the shell, because PAGER may hold arguments; less quits at once where one screen is enough.
    let shell = if cfg!(windows) { ["cmd", "/C"] } else { ["sh", "-c"] };
    let mut pager = Command::new(shell[0]);
    pager.args([shell[1], &command]).stdin(Stdio::piped());
    for (name, default) in [("LESS", "FRX"), ("LV", "-c")] {
        if std::env::var_os(name).is_none() {
            pager.env(name, default);
        }
    }
    let Ok(mut child) = pager.spawn() else { return Ok(false) };
    let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(text.as_bytes()));
    let status = child.wait()?;
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        // A shell that finds no such program has shown nothing.
        _ => Ok(status.code() != Some(127)),
    }
}
