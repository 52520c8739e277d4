//! A comment in GitHub's dialect, never longer than one may be: what it comes to, a table, and what is to be done, folded away.
//! What there is no room for is counted.

use maud::html;

use super::markdown::{address, escape};
use super::{Comment, Row, TaskGroup};
use crate::sanitize::tame;

/// The most bytes of a comment. GitHub takes 65,536 characters; whoever posts it has room for a line of their own.
const MAX_LENGTH: usize = 60_000;

/// The most bytes of which the table and the remarks are; the rest is for the tasks.
const MAX_TABLE: usize = 24_000;
const MAX_REMARKS: usize = 12_000;

/// A table of more rows than this is folded away, so that what must be known is not below it.
const MAX_ROWS_UNFOLDED: usize = 12;

/// What the lines take that count what was left out, each of them.
const COUNT: usize = 400;

pub(super) fn write(comment: &Comment) -> String {
    let title = format!("### {}\n\n", escape(&comment.title));
    let foot: String = comment.foot.iter().map(|line| escape(line) + "\n\n").collect();
    let rest = |left: usize, what: &str| match left {
        0 => String::new(),
        left => format!("{left} more {what}: {}.\n\n", escape(&comment.rest)),
    };
    let mut text = title;
    if !comment.table.rows.is_empty() {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let is_folded = comment.table.rows.len() > MAX_ROWS_UNFOLDED;
        if is_folded {
            text.push_str(&format!("<details>\n<summary>{}</summary>\n\n", html! { (tame(&comment.table_title)) }.0));
        }
        text.push_str(&line(comment.table.columns.iter().map(|column| escape(column)).collect()));
        text.push_str(&line(comment.table.columns.iter().map(|_| "---".to_owned()).collect()));
        let rows = comment.table.rows.iter().filter_map(|row| match row {
            Row::Cells(cells) => Some(line(cells.iter().map(|cell| escape(&cell.text)).collect())),
            Row::Group(_) => None,
        });
        let left = fill(&mut text, rows, MAX_TABLE);
        text.push('\n');
        text.push_str(&rest(left, "rows"));
        text.push_str(if is_folded { "</details>\n\n" } else { "" });
    }
    let room = text.len() + MAX_REMARKS;
    let remarks = comment.remarks.iter().map(|line| {
        let indent = if line.starts_with(' ') { "  " } else { "" };
        format!("{indent}- {}\n", unaddressed(line.trim_start()))
    });
    let left = fill(&mut text, remarks, room);
    text.push_str(if comment.remarks.is_empty() { "" } else { "\n" });
    text.push_str(&rest(left, "remarks"));
    let list = &comment.tasks;
    if !list.groups.is_empty() {
        text.push_str(&format!("<details>\n<summary>{}</summary>\n\n", html! { (tame(&list.summary)) }.0));
        let end = "</details>\n\n";
        let room = MAX_LENGTH.saturating_sub(end.len() + foot.len() + COUNT);
        let left = list.groups.iter().map(|group| fill_tasks(&mut text, group, room)).sum();
        text.push_str(&rest(left, "duties"));
        text.push_str(end);
    }
    text.push_str(&foot);
    text.trim_end().to_owned() + "\n"
}

/// Adds lines until the text would be longer than `room`; how many were left out. One that is too long by itself is left out
/// alone.
fn fill(text: &mut String, lines: impl Iterator<Item = String>, room: usize) -> usize {
    let mut left = 0;
    for line in lines {
        if text.len() + line.len() <= room {
            text.push_str(&line);
        } else {
            left += 1;
        }
    }
    left
}

/// Adds what is to be done in one place, as [`fill`] adds lines, and which pages say so.
fn fill_tasks(text: &mut String, group: &TaskGroup, room: usize) -> usize {
    let remark = if group.remark.is_empty() { String::new() } else { format!(" ({})", escape(&group.remark)) };
    let pages = group.sources.iter().map(|(title, url)| format!("[{}](<{}>)", escape(title), address(url)));
    let pages = match pages.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "\n".to_owned(),
        pages => format!("\nPages: {pages}\n\n"),
    };
    let mut head = format!("**{}**{remark}\n\n", escape(&group.label));
    let mut left = 0;
    for task in &group.tasks {
        let line = format!("- [ ] {}\n", escape(task));
        if text.len() + head.len() + line.len() + pages.len() <= room {
            text.push_str(&std::mem::take(&mut head));
            text.push_str(&line);
        } else {
            left += 1;
        }
    }
    text.push_str(if head.is_empty() { &pages } else { "" });
    left
}

/// Text that others wrote: nobody is called by it.
fn unaddressed(text: &str) -> String {
    escape(text).replace('@', "&#64;")
}

#[cfg(test)]
mod tests {
    use super::super::{Cell, Table, TaskList, Tone};
    use super::*;

    fn comment(size: usize) -> Comment {
        let row = |n: usize| {
            Row::Cells(vec![Cell::new(format!("service-{n}"), Tone::Strong), Cell::plain("y".repeat(n % 300))])
        };
        let group = |n: usize| TaskGroup {
            label: format!("service-{n}"),
            tasks: vec![format!("Patch it. {}", "é".repeat(n % 200)), "Watch it.".to_owned()],
            remark: String::new(),
            sources: vec![("A page".to_owned(), "https://docs.aws.amazon.com/x".to_owned())],
        };
        Comment {
            title: "What changes".to_owned(),
            table_title: "All of it".to_owned(),
            table: Table { columns: vec!["a".to_owned(), "b".to_owned()], rows: (0..size).map(row).collect() },
            remarks: (0..size).map(|n| format!("remark {n} {}", "z".repeat(n % 2_000))).collect(),
            tasks: TaskList { summary: "What to do".to_owned(), groups: (0..size).map(group).collect() },
            foot: vec!["The end.".to_owned()],
            rest: "see the csv".to_owned(),
        }
    }

    #[test]
    fn a_comment_is_never_too_long_and_counts_what_it_leaves_out() {
        for size in [0, 1, 10, 100, 1_000, 10_000] {
            let text = write(&comment(size));
            assert!(text.len() <= MAX_LENGTH, "{size}: {}", text.len());
            assert!(text.ends_with("The end.\n"), "{size}");
            assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
            for (mark, what, all) in
                [("| service-", "rows", size), ("- remark ", "remarks", size), ("- [ ] ", "duties", 2 * size)]
            {
                let shown = text.matches(mark).count();
                let counted = text.split(&format!(" more {what}: ")).next().filter(|before| *before != text);
                let left = counted.and_then(|before| before.rsplit('\n').next()?.parse::<usize>().ok()).unwrap_or(0);
                assert_eq!(shown + left, all, "{size} {what}");
                assert!(size == 0 || shown > 0, "{size} {what}");
            }
        }
    }

    #[test]
    fn what_others_wrote_calls_nobody_and_starts_no_markup() {
        let mut comment = comment(1);
        comment.remarks = vec!["not matched: @everyone <img> `x`".to_owned()];
        comment.tasks.summary = "a <b> & c".to_owned();
        let text = write(&comment);
        assert!(text.contains("- not matched: &#64;everyone \\<img> \\`x\\`\n"), "{text}");
        assert!(text.contains("<summary>a &lt;b&gt; &amp; c</summary>"), "{text}");
    }
}
