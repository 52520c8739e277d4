//! What a text is that is no inventory: whatever can be named but not read, with the command that makes it readable.

use super::Error;

/// What a text looks like that is none of the inventories that can be read; nothing if it may be a list of names.
pub(super) fn looks_like(head: &[u8]) -> Option<Error> {
    const MAX_LINES: usize = 2_000;
    let text = String::from_utf8_lossy(head);
    let lines: Vec<&str> = text.lines().take(MAX_LINES).filter(|line| !line.trim().is_empty()).collect();
    let first = lines.first()?.trim_start();
    let begins = |prefix: &str| lines.iter().any(|line| line.starts_with(prefix));
    let refused = |what: &str, instead: &str| Some(Error::refused(what, instead));
    if first.starts_with('<') {
        return refused("this is XML or HTML", "whose matrix --help");
    }
    if first.starts_with("#!") {
        return refused("this is a script", "run it, and send what it prints: … | whose matrix -");
    }
    if lines.iter().any(|line| is_rule(line)) && lines.iter().any(|line| line.starts_with('|')) {
        return refused("this is a table for people", "run the command again with --output json");
    }
    if lines.iter().skip(1).any(|line| line.starts_with("{\"") || *line == "{" || *line == "[") {
        return refused(
            "text stands before the JSON",
            "keep the JSON alone: sed -n '/^[{[]/,$p' FILE | whose matrix -",
        );
    }
    if let Some(error) = terraform_text(&lines).or_else(|| yaml(&lines, &begins)).or_else(|| aws_cli_text(&lines)) {
        return Some(error);
    }
    if is_section(first) {
        return refused("this is an ini or TOML file", "whose matrix --help");
    }
    unknown_csv(&lines)
}

/// The line between the header and the rows of a table.
fn is_rule(line: &str) -> bool {
    let line = line.trim_end();
    line.len() > 4
        && line.bytes().all(|byte| matches!(byte, b'-' | b'+' | b'|' | b'=' | b':' | b' '))
        && line.contains("---")
}

/// The head of a section: `[profile dev]`.
pub(super) fn is_section(line: &str) -> bool {
    let inner = line.trim().strip_prefix('[').and_then(|line| line.strip_suffix(']'));
    inner.is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'.' | b'-' | b'_'))
    })
}

/// HCL, and what `terraform plan` and `terraform show` print without `-json`.
fn terraform_text(lines: &[&str]) -> Option<Error> {
    const BLOCKS: [&str; 8] =
        ["resource ", "data ", "module ", "provider ", "variable ", "output ", "terraform ", "locals "];
    let block = |line: &str| {
        BLOCKS.iter().any(|block| line.starts_with(block))
            && line.contains('{')
            && line.trim_end().ends_with(['{', '}'])
    };
    let printed = |line: &&str| {
        line.starts_with("Terraform will perform")
            || line.starts_with("OpenTofu will perform")
            || line.trim_start().starts_with("# ") && line.trim_end().ends_with(':') && line.contains('.')
            || line.trim_start().trim_start_matches(['+', '-', '~', '/', ' ']).starts_with("resource \"")
                && line.starts_with(' ')
    };
    if !lines.iter().any(|line| block(line) || printed(line) && line.starts_with(['T', 'O', ' '])) {
        return None;
    }
    Some(if lines.iter().any(printed) {
        Error::refused(
            "this is what Terraform prints for people",
            "terraform show -json | whose matrix -, or for a plan: terraform show -json PLAN | whose matrix -",
        )
    } else {
        Error::refused(
            "this is Terraform configuration (HCL); it does not say how many of each resource there will be",
            "terraform plan -out PLAN && terraform show -json PLAN | whose matrix -",
        )
    })
}

/// YAML of any kind.
fn yaml(lines: &[&str], begins: &dyn Fn(&str) -> bool) -> Option<Error> {
    let keys = lines.iter().filter(|line| is_yaml_key(line)).count();
    if keys == 0 || keys * 2 < lines.iter().filter(|line| !line.trim_start().starts_with('#')).count() {
        return None;
    }
    let refused = |what: &str, instead: &str| Some(Error::refused(what, instead));
    if begins("service:") && begins("provider:") {
        let template = ".serverless/cloudformation-template-update-stack.json";
        let instead = format!("sls package && whose matrix --from {template}");
        return Some(Error::refused("this is a serverless.yml (YAML of the Serverless Framework)", instead));
    }
    if begins("apiVersion:") && begins("kind:") {
        return refused("this is a Kubernetes manifest (YAML)", "whose eks");
    }
    if begins("services:") {
        return refused("this is a Docker Compose file (YAML): it names no resources of AWS", "whose matrix --help");
    }
    let is_list = lines.get(1).is_some_and(|line| line.trim_start().starts_with('-'));
    if is_list && lines[0].split_once(':').is_some_and(|(field, _)| super::aws_cli::is_list(field)) {
        return refused("this is YAML, as the AWS CLI prints it", "run the command again with --output json");
    }
    refused("this is YAML, but no CloudFormation template: it has no `Resources`", "whose matrix --help")
}

/// A key of YAML with or without a value: `events:`, `- sqs: arn…`, `"a": b`.
fn is_yaml_key(line: &str) -> bool {
    let line = line.trim();
    let line = line.strip_prefix("- ").unwrap_or(line);
    let Some(end) = line.find(": ").or_else(|| line.strip_suffix(':').map(str::len)) else { return line == "---" };
    let key = line[..end].trim_matches(['"', '\'']);
    !key.is_empty() && !key.contains("::") && !key.contains([' ', '/', '(', ',', '['])
}

/// `aws … --output text`: a label in capitals before every row.
fn aws_cli_text(lines: &[&str]) -> Option<Error> {
    let row = |line: &&str| {
        let mut cells = line.split('\t');
        let label = cells.next().unwrap_or_default();
        let capitals = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase());
        let rest: Vec<&str> = cells.collect();
        label.len() >= 8 && capitals(label) && !rest.is_empty() && !rest.iter().all(|cell| capitals(cell))
    };
    let found = lines.iter().filter(|line| row(line)).count();
    (found > 0 && found * 2 >= lines.len())
        .then(|| Error::refused("this is text of the AWS CLI", "run the command again with --output json"))
}

/// A table in csv none of whose columns is known.
fn unknown_csv(lines: &[&str]) -> Option<Error> {
    let [header, row, ..] = lines else { return None };
    let separator = [',', ';'].into_iter().find(|separator| {
        let cells = header.matches(*separator).count();
        cells > 0 && row.matches(*separator).count() >= cells && !header.contains("arn:")
    })?;
    let columns: Vec<&str> = header.split(separator).map(|cell| cell.trim().trim_matches('"')).take(8).collect();
    Some(Error::Shape(format!("a csv without a column that is known (it has {})", columns.join(", "))))
}

/// Whether a text that begins like JSON is JSON with comments or commas behind the last element: JSONC or JSON5.
pub(super) fn is_jsonc(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.iter().any(|line| line.starts_with("//") || line.starts_with("/*"))
        || lines.windows(2).any(|pair| pair[0].ends_with(',') && pair[1].starts_with(['}', ']']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_no_inventory_is_named() {
        for (text, said) in [
            ("service: a\nprovider:\n  name: aws\n", Some("sls package")),
            ("services:\n  db:\n    image: x\n", Some("Docker Compose")),
            ("apiVersion: v1\nkind: Pod\n", Some("Kubernetes")),
            ("StackResourceSummaries:\n- ResourceType: AWS::RDS::DBInstance\n", Some("--output json")),
            ("a: b\nc:\n- d: e\n", Some("YAML")),
            ("resource \"aws_instance\" \"web\" {\n  ami = \"x\"\n}\n", Some("terraform plan -out")),
            ("// c\nresource \"aws_vpc\" \"x\" {}\n", Some("terraform plan -out")),
            ("# aws_instance.web:\nresource \"aws_instance\" \"web\" {\n}\n", Some("terraform show -json")),
            ("\nTerraform will perform the following actions:\n", Some("terraform show -json")),
            ("----------\n|  List  |\n+-----+--+\n|  a  |b |\n", Some("--output json")),
            ("STACKRESOURCES\tx\tAWS::RDS::DBInstance\n", Some("--output json")),
            ("<html>", Some("HTML")),
            ("#!/bin/sh\n", Some("script")),
            ("[profile dev]\nregion = x\n", Some("ini")),
            ("Acquiring state lock.\n{\"format_version\": \"1.2\"}\n", Some("before the JSON")),
            ("name,size\na,1\n", Some("name, size")),
            // Names of every kind.
            ("rds\ns3\n", None),
            ("rds\tAmazon SQS\n", None),
            ("CLOUDTRAIL\tGUARDDUTY\n", None),
            ("aws_db_instance.a\nmodule.b[\"c: d\"].aws_sqs_queue.e\n", None),
            ("arn:aws:sqs:eu-west-1:111122223333:q\n", None),
            ("AWS::RDS::DBInstance\n", None),
            ("# from production\nrds\n", None),
            ("Amazon Route 53, a name\nrds\n", None),
            ("", None),
        ] {
            let error = looks_like(text.as_bytes()).map(|error| error.to_string());
            match said {
                Some(said) => assert!(error.as_deref().is_some_and(|error| error.contains(said)), "{text}: {error:?}"),
                None => assert_eq!(error, None, "{text}"),
            }
        }
    }

    #[test]
    fn comments_and_last_commas_tell_jsonc() {
        for (text, told) in [
            ("{\n  // options\n  \"a\": 1\n}", true),
            ("{ \"a\": [1,\n] }", true),
            ("/* a */ {}", true),
            ("{ \"a\": \"http://x\" }", false),
            ("{ \"a\": 1,\n  \"b\": 2 }", false),
        ] {
            assert_eq!(is_jsonc(text.as_bytes()), told, "{text}");
        }
    }
}
