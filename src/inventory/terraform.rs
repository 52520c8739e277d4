//! Terraform and OpenTofu: `terraform show -json` of a state or a plan, and state files of every version.
//!
//! In a plan the same resource stands in several places; the first section that holds resources is the one that counts.
//! Data sources own nothing and are passed over; what other providers manage is counted and set aside.

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor as SerdeVisitor};

use super::attributes::{Attributes, Found};
use super::document::{Collect, Each, Element, Session, Skip, Spelling};
use super::{ANOTHER_PROVIDERS, Item, Visitor};
use crate::address::{index, label, resource};
use crate::json::{Scalar, expecting_anything, pass_over};

/// Why a data source is passed over.
pub(super) const DATA_SOURCE: &str = "data source";

/// Modules nest by directories of people's own; no one has gone this deep.
const MAX_MODULE_DEPTH: usize = 40;

/// Reads the fields of the outermost object one by one, since which of them count depends on those before.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "what was seen of a document so far, each by itself")]
pub(super) struct Reader {
    plan: bool,
    /// Whether a section with resources has been read.
    done: bool,
    /// Whether a section that only Terraform has was read, with or without resources.
    pub(super) section: bool,
    seen: u64,
    deferred: u64,
    /// Whether Terraform says that the plan leaves something out.
    incomplete: bool,
    /// The attributes of a resource, or of the instances of one, those in a row that agree as one. Buffers that are used
    /// again: the vector may be longer than what is in use.
    attributes: Vec<(Attributes, u64)>,
    /// The attributes that a resource had before the plan.
    before: Attributes,
    /// Managed resources that were handed on, and those of `planned_values` where only changes are.
    managed: u64,
    planned: u64,
    /// Resources that stay in AWS, although Terraform will know them no longer.
    forgotten: u64,
}

/// Where a resource stands, and so how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// In a module of `values` or `planned_values`.
    Value,
    /// In `resource_changes`.
    Change,
    /// In a state file of version 4.
    StateFile,
}

impl Reader {
    /// What the document is.
    pub(super) const fn dialect(&self) -> &'static str {
        if self.plan { super::PLAN } else { "Terraform state" }
    }

    /// Reads the value of `key` if it is one of Terraform's; whether it was.
    pub(super) fn field<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        map: &mut A,
        session: &Session,
        visitor: &mut dyn Visitor,
    ) -> Result<bool, A::Error> {
        let before = self.seen;
        match key {
            "planned_values" | "resource_changes" => self.plan = true,
            "values" | "resources" | "modules" | "deferred_changes" => {}
            "complete" => {
                self.incomplete |= map.next_value::<Scalar>()?.0.as_deref() == Some("false");
                return Ok(true);
            }
            _ => return Ok(false),
        }
        if key == "deferred_changes" {
            self.plan = true;
            self.section |= map.next_value_seed(Each { session, each: Deferred { reader: self, session, visitor } })?;
            self.deferred += self.seen - before;
            return Ok(true);
        }
        if self.done {
            map.next_value_seed(Skip(session))?;
            return Ok(true);
        }
        if key == "planned_values" && visitor.compares() {
            let mut planned = Self { plan: true, ..Self::default() };
            self.section |= map.next_value_seed(Values { reader: &mut planned, session, visitor: &mut Unheard })?;
            self.planned += planned.managed;
            return Ok(true);
        }
        let own = match key {
            "resource_changes" => {
                let each = Resources { reader: self, session, visitor, form: Form::Change };
                map.next_value_seed(Each { session, each })?
            }
            "resources" => {
                let each = Resources { reader: self, session, visitor, form: Form::StateFile };
                map.next_value_seed(Each { session, each })? && self.seen > before
            }
            "modules" => {
                map.next_value_seed(Each { session, each: OldModules { reader: self, session, visitor } })?;
                self.seen > before
            }
            _ => map.next_value_seed(Values { reader: self, session, visitor })?,
        };
        self.section |= own;
        self.done = self.seen > before;
        Ok(true)
    }

    /// What is to be said about the whole at its end.
    pub(super) fn notes(&self) -> impl Iterator<Item = String> {
        let incomplete = match (self.incomplete, self.deferred) {
            (_, 1..) => {
                Some(format!("the plan is not complete: deferred changes are counted as if made ({})", self.deferred))
            }
            (true, _) => Some("the plan is not complete: Terraform left something out of it".to_owned()),
            _ => None,
        };
        let forgotten = (self.forgotten > 0)
            .then(|| format!("not compared: {} that Terraform will forget, and that will stay in AWS", self.forgotten));
        incomplete.into_iter().chain(forgotten)
    }

    /// Whether the plan names resources of which it does not say what changes in them, as Terraform's own plans do of all.
    pub(super) const fn lacks_changes(&self) -> bool {
        self.planned > self.managed
    }

    /// Hands a resource on, as it is or will be.
    fn tell(&mut self, resource: &ResourceHead, used: usize, visitor: &mut dyn Visitor) {
        let instances: u64 = self.attributes[..used].iter().map(|(_, count)| count).sum();
        let Some(kind) = resource.kind.as_deref().filter(|kind| !kind.is_empty() && instances > 0) else { return };
        self.seen += 1;
        self.managed += u64::from(!resource.data);
        if resource.data {
            visitor.ignored(kind, DATA_SOURCE, instances);
        } else if is_aws(kind) {
            for (attributes, count) in &self.attributes[..used] {
                visitor.item(Item { name: kind, count: *count, attributes });
            }
        } else {
            visitor.ignored(
                provider(resource.provider.as_deref().unwrap_or_default(), kind),
                ANOTHER_PROVIDERS,
                instances,
            );
        }
    }

    /// Hands on what a change makes of a resource, and where that is wanted, what it was before.
    fn tell_change(&mut self, resource: &ResourceHead, action: Action, visitor: &mut dyn Visitor) {
        if visitor.compares() {
            self.seen += u64::from(matches!(action, Action::Delete | Action::Forget));
            let kind = resource.kind.as_deref().filter(|kind| !resource.data && is_aws(kind));
            if action == Action::Forget {
                self.managed += 1;
                self.forgotten += u64::from(kind.is_some());
                return;
            }
            if action == Action::Keep {
                // Nothing of it changes, so it is as well known after as before.
                self.attributes[0].0.clone_from(&self.before);
            }
            if let Some(name) = kind.filter(|_| action != Action::Create) {
                visitor.before(Item { name, count: 1, attributes: &self.before });
            }
        }
        if !matches!(action, Action::Delete | Action::Forget) {
            self.tell(resource, 1, visitor);
        }
    }
}

/// Whether a type of resource is one of the providers of AWS.
fn is_aws(kind: &str) -> bool {
    kind.starts_with("aws_") || kind.starts_with("awscc_")
}

/// What a plan does with a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Action {
    /// It was not there before.
    Create,
    /// It will not be there.
    Delete,
    /// It stays in AWS and leaves the state.
    Forget,
    /// Nothing.
    Keep,
    /// Something else: it was there before and will be there.
    #[default]
    Change,
}

impl Action {
    /// The action that the words of `actions` mean.
    fn of(words: &[Scalar]) -> Self {
        let all = |wanted: &[&str]| {
            !words.is_empty() && words.iter().all(|word| word.0.as_deref().is_some_and(|word| wanted.contains(&word)))
        };
        if all(&["forget"]) {
            Self::Forget
        } else if all(&["delete", "forget"]) {
            Self::Delete
        } else if all(&["create"]) {
            Self::Create
        } else if all(&["no-op"]) {
            Self::Keep
        } else {
            Self::Change
        }
    }
}

/// Hears nothing: what is read for its count alone.
struct Unheard;

impl Visitor for Unheard {
    fn item(&mut self, _: Item<'_>) -> bool {
        true
    }

    fn ignored(&mut self, _: &str, _: &'static str, _: u64) {}

    fn unmatched(&mut self, _: &str, _: u64) {}

    fn note(&mut self, _: String) {}

    fn wants(&self, _: &str) -> bool {
        false
    }
}

/// What a resource says about itself besides its attributes.
#[derive(Debug, Default)]
struct ResourceHead {
    data: bool,
    kind: Option<String>,
    provider: Option<String>,
}

/// The provider's own name, out of its address (`registry.terraform.io/hashicorp/random`,
/// `provider["registry.terraform.io/hashicorp/null"].west`, `provider.random`) or out of a type of it.
fn provider<'n>(address: &'n str, kind: &'n str) -> &'n str {
    let address = match address.split_once("[\"") {
        Some((_, rest)) => rest.split("\"]").next().unwrap_or(rest),
        None => address.trim_start_matches("provider."),
    };
    match address.rsplit('/').find(|part| !part.is_empty()) {
        Some(name) => name,
        None => kind.split('_').find(|part| !part.is_empty()).unwrap_or(kind),
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum ResourceField {
    Mode,
    Type,
    ProviderName,
    Provider,
    Values,
    Change,
    Instances,
    #[serde(other)]
    Other,
}

/// `values` and `planned_values`: the root module is the only field that counts. Whether there was one.
struct Values<'a> {
    reader: &'a mut Reader,
    session: &'a Session,
    visitor: &'a mut dyn Visitor,
}

impl<'de> DeserializeSeed<'de> for Values<'_> {
    type Value = bool;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> SerdeVisitor<'de> for Values<'_> {
    type Value = bool;
    expecting_anything!();
    pass_over!(false; bool, numbers, str, unit, seq);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let Self { reader, session, visitor } = self;
        let mut own = reader.plan;
        while let Some(key) = map.next_key::<String>()? {
            if key == "root_module" {
                map.next_value_seed(Module { reader, session, visitor, depth: 0 })?;
                own = true;
            } else {
                own |= key == "outputs";
                map.next_value_seed(Skip(session))?;
            }
        }
        Ok(own)
    }
}

struct Module<'a> {
    reader: &'a mut Reader,
    session: &'a Session,
    visitor: &'a mut dyn Visitor,
    depth: usize,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum ModuleField {
    Resources,
    ChildModules,
    #[serde(other)]
    Other,
}

impl<'de> DeserializeSeed<'de> for Module<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.depth > MAX_MODULE_DEPTH {
            return Err(D::Error::custom(format!("modules nested more than {MAX_MODULE_DEPTH} levels deep")));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> SerdeVisitor<'de> for Module<'_> {
    type Value = ();
    expecting_anything!();
    pass_over!((); bool, numbers, str, unit, seq);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { reader, session, visitor, depth } = self;
        while let Some(key) = map.next_key()? {
            match key {
                ModuleField::Resources => {
                    let each = Resources { reader, session, visitor, form: Form::Value };
                    map.next_value_seed(Each { session, each })?;
                }
                ModuleField::ChildModules => {
                    let each = Modules { reader, session, visitor, depth: depth + 1 };
                    map.next_value_seed(Each { session, each })?;
                }
                ModuleField::Other => map.next_value_seed(Skip(session))?,
            }
        }
        Ok(())
    }
}

/// The elements of `child_modules`.
struct Modules<'a> {
    reader: &'a mut Reader,
    session: &'a Session,
    visitor: &'a mut dyn Visitor,
    depth: usize,
}

impl<'de> Element<'de> for Modules<'_> {
    fn next<A: SeqAccess<'de>>(&mut self, seq: &mut A) -> Result<bool, A::Error> {
        let Self { reader, session, visitor, depth } = self;
        Ok(seq.next_element_seed(Module { reader, session, visitor: *visitor, depth: *depth })?.is_some())
    }
}

/// The elements of `resources` and `resource_changes`.
struct Resources<'a> {
    reader: &'a mut Reader,
    session: &'a Session,
    visitor: &'a mut dyn Visitor,
    form: Form,
}

impl<'de> Element<'de> for Resources<'_> {
    fn next<A: SeqAccess<'de>>(&mut self, seq: &mut A) -> Result<bool, A::Error> {
        let Self { reader, session, visitor, form } = self;
        Ok(seq.next_element_seed(Resource { reader, session, visitor: *visitor, form: *form })?.is_some())
    }
}

/// The elements of `deferred_changes`: a reason, and the change.
struct Deferred<'a> {
    reader: &'a mut Reader,
    session: &'a Session,
    visitor: &'a mut dyn Visitor,
}

impl<'de> Element<'de> for Deferred<'_> {
    fn next<A: SeqAccess<'de>>(&mut self, seq: &mut A) -> Result<bool, A::Error> {
        let Self { reader, session, visitor } = self;
        Ok(seq.next_element_seed(DeferredChange { reader, session, visitor: *visitor })?.is_some())
    }
}

struct DeferredChange<'a> {
    reader: &'a mut Reader,
    session: &'a Session,
    visitor: &'a mut dyn Visitor,
}

impl<'de> DeserializeSeed<'de> for DeferredChange<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> SerdeVisitor<'de> for DeferredChange<'_> {
    type Value = ();
    expecting_anything!();
    pass_over!((); bool, numbers, str, unit, seq);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { reader, session, visitor } = self;
        while let Some(key) = map.next_key::<String>()? {
            if key == "resource_change" {
                map.next_value_seed(Resource { reader, session, visitor, form: Form::Change })?;
            } else {
                map.next_value_seed(Skip(session))?;
            }
        }
        Ok(())
    }
}

/// One resource, with its instances in a state file.
struct Resource<'a> {
    reader: &'a mut Reader,
    session: &'a Session,
    visitor: &'a mut dyn Visitor,
    form: Form,
}

impl<'de> DeserializeSeed<'de> for Resource<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> SerdeVisitor<'de> for Resource<'_> {
    type Value = ();
    expecting_anything!();
    pass_over!((); bool, numbers, str, unit, seq);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { reader, session, visitor, form } = self;
        // A state knows every attribute; in a plan one that is not there may be known later.
        let complete = !reader.plan;
        fresh(&mut reader.attributes, 0, complete);
        let mut head = ResourceHead::default();
        let (mut used, mut action) = (usize::from(form != Form::StateFile), Action::default());
        reader.before.clear(true);
        while let Some(key) = map.next_key()? {
            match (key, form) {
                (ResourceField::Mode, _) => head.data = map.next_value::<Scalar>()?.0.as_deref() == Some("data"),
                (ResourceField::Type, _) => head.kind = map.next_value::<Scalar>()?.0,
                (ResourceField::ProviderName | ResourceField::Provider, _) => {
                    head.provider = map.next_value::<Scalar>()?.0;
                }
                (ResourceField::Values, Form::Value) => {
                    let wants = &|key: &str| visitor.wants(key);
                    let into = &mut reader.attributes[0].0;
                    map.next_value_seed(Collect { session, into, wants, spelling: Spelling::Same })?;
                }
                (ResourceField::Change, Form::Change) => {
                    let before = visitor.compares().then_some(&mut reader.before);
                    let change = Change { session, visitor: &*visitor, into: &mut reader.attributes[0].0, before };
                    action = map.next_value_seed(change)?;
                }
                (ResourceField::Instances, Form::StateFile) => {
                    let attributes = &mut reader.attributes;
                    let each = Instances { session, visitor: &*visitor, attributes, used: &mut used, complete };
                    map.next_value_seed(Each { session, each })?;
                }
                _ => map.next_value_seed(Skip(session))?,
            }
        }
        if form == Form::Change {
            reader.tell_change(&head, action, visitor);
        } else {
            reader.tell(&head, used, visitor);
        }
        Ok(())
    }
}

/// Empties the attributes at `place`, and makes them one instance's.
fn fresh(attributes: &mut Vec<(Attributes, u64)>, place: usize, complete: bool) {
    if place == attributes.len() {
        attributes.push(Default::default());
    }
    let (own, count) = &mut attributes[place];
    own.clear(complete);
    *count = 1;
}

/// `change` of a resource: its attributes afterwards, and before if they are wanted, and what is done with it.
struct Change<'a> {
    session: &'a Session,
    visitor: &'a dyn Visitor,
    into: &'a mut Attributes,
    before: Option<&'a mut Attributes>,
}

impl<'de> DeserializeSeed<'de> for Change<'_> {
    type Value = Action;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Action, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> SerdeVisitor<'de> for Change<'_> {
    type Value = Action;
    expecting_anything!();
    pass_over!(Action::default(); bool, numbers, str, unit, seq);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Action, A::Error> {
        let Self { session, visitor, into, mut before } = self;
        let wants = &|key: &str| visitor.wants(key);
        let mut action = Action::default();
        while let Some(key) = map.next_key::<String>()? {
            match (&*key, &mut before) {
                ("actions", _) => action = Action::of(&map.next_value::<Vec<Scalar>>()?),
                ("after", _) => {
                    map.next_value_seed(Collect { session, into: &mut *into, wants, spelling: Spelling::Same })?;
                }
                ("before", Some(before)) => {
                    map.next_value_seed(Collect { session, into: before, wants, spelling: Spelling::Same })?;
                }
                _ => map.next_value_seed(Skip(session))?,
            }
        }
        Ok(action)
    }
}

/// The elements of `instances` of a resource in a state file.
struct Instances<'a> {
    session: &'a Session,
    visitor: &'a dyn Visitor,
    attributes: &'a mut Vec<(Attributes, u64)>,
    used: &'a mut usize,
    complete: bool,
}

impl<'de> Element<'de> for Instances<'_> {
    fn next<A: SeqAccess<'de>>(&mut self, seq: &mut A) -> Result<bool, A::Error> {
        let Self { session, visitor, attributes, used, complete } = self;
        fresh(attributes, **used, *complete);
        let instance = Under { field: "attributes", session, visitor: *visitor, into: &mut attributes[**used].0 };
        if seq.next_element_seed(instance)?.is_none() {
            return Ok(false);
        }
        match attributes[..=**used].split_last_mut() {
            Some((last, [.., before])) if last.0 == before.0 => before.1 += 1,
            _ => **used += 1,
        }
        Ok(true)
    }
}

/// An object with the attributes under one of its fields.
struct Under<'a> {
    field: &'static str,
    session: &'a Session,
    visitor: &'a dyn Visitor,
    into: &'a mut Attributes,
}

impl<'de> DeserializeSeed<'de> for Under<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> SerdeVisitor<'de> for Under<'_> {
    type Value = ();
    expecting_anything!();
    pass_over!((); bool, numbers, str, unit, seq);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { field, session, visitor, into } = self;
        while let Some(key) = map.next_key::<String>()? {
            if key == field {
                let wants = &|key: &str| visitor.wants(key.split('.').next().unwrap_or(key));
                map.next_value_seed(Collect { session, into: &mut *into, wants, spelling: Spelling::Same })?;
            } else {
                map.next_value_seed(Skip(session))?;
            }
        }
        Ok(())
    }
}

/// The elements of `modules` in a state file of Terraform 0.11 and older (version 3): resources by their address.
struct OldModules<'a> {
    reader: &'a mut Reader,
    session: &'a Session,
    visitor: &'a mut dyn Visitor,
}

impl<'de> Element<'de> for OldModules<'_> {
    fn next<A: SeqAccess<'de>>(&mut self, seq: &mut A) -> Result<bool, A::Error> {
        let Self { reader, session, visitor } = self;
        Ok(seq.next_element_seed(OldModule { reader, session, visitor: *visitor, resources: false })?.is_some())
    }
}

/// A module of version 3, or its map of resources.
struct OldModule<'a> {
    reader: &'a mut Reader,
    session: &'a Session,
    visitor: &'a mut dyn Visitor,
    resources: bool,
}

impl<'de> DeserializeSeed<'de> for OldModule<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> SerdeVisitor<'de> for OldModule<'_> {
    type Value = ();
    expecting_anything!();
    pass_over!((); bool, numbers, str, unit, seq);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { reader, session, visitor, resources } = self;
        while let Some(key) = map.next_key::<String>()? {
            session.renew();
            if resources {
                let data = key.starts_with("data.");
                map.next_value_seed(OldResource { reader, session, visitor, data })?;
            } else if key == "resources" {
                map.next_value_seed(OldModule { reader, session, visitor, resources: true })?;
            } else {
                map.next_value_seed(Skip(session))?;
            }
        }
        Ok(())
    }
}

/// A resource of version 3: its attributes stand under `primary`, flat, lists by number (`root_block_device.0.encrypted`).
struct OldResource<'a> {
    reader: &'a mut Reader,
    session: &'a Session,
    visitor: &'a mut dyn Visitor,
    data: bool,
}

impl<'de> DeserializeSeed<'de> for OldResource<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> SerdeVisitor<'de> for OldResource<'_> {
    type Value = ();
    expecting_anything!();
    pass_over!((); bool, numbers, str, unit, seq);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { reader, session, visitor, data } = self;
        fresh(&mut reader.attributes, 0, true);
        let mut head = ResourceHead { data, ..ResourceHead::default() };
        let mut there = false;
        while let Some(key) = map.next_key::<String>()? {
            match &*key {
                "type" => head.kind = map.next_value::<Scalar>()?.0,
                "provider" => head.provider = map.next_value::<Scalar>()?.0,
                "primary" => {
                    there = true;
                    let into = &mut reader.attributes[0].0;
                    map.next_value_seed(Under { field: "attributes", session, visitor: &*visitor, into })?;
                }
                "deposed" => {
                    map.next_value::<IgnoredAny>()?;
                }
                _ => map.next_value_seed(Skip(session))?,
            }
        }
        unflatten(&mut reader.attributes[0].0);
        reader.tell(&head, usize::from(there), visitor);
        Ok(())
    }
}

/// Paths of version 3 as those of version 4: no numbers of elements, and no counts of them (`ports.#`).
fn unflatten(attributes: &mut Attributes) {
    let count = |path: &str| path.ends_with(".#") || path.ends_with(".%");
    attributes.pairs.retain(|(path, _)| !count(path));
    for (path, found) in &mut attributes.pairs {
        let names: Vec<&str> = path.split('.').filter(|part| !part.bytes().all(|byte| byte.is_ascii_digit())).collect();
        *path = names.join(".");
        if *found == Found::Value(String::new()) {
            *found = Found::Nothing;
        }
    }
}

/// An address of a resource as `terraform state list` writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address<'n> {
    /// Whether it is a data source's.
    pub(crate) data: bool,
    /// The type of the resource.
    pub(crate) kind: &'n str,
}

impl<'n> Address<'n> {
    /// Reads an address: modules with their indexes, then `data` or not, then type and name with an index. Nothing if `text`
    /// is no address, as the name of a host is none.
    pub(crate) fn parse(text: &'n str) -> Option<Self> {
        let (data, rest) = resource(text)?;
        let (kind, rest) = label(rest)?;
        let (_, rest) = label(rest.strip_prefix('.')?)?;
        index(rest)?.is_empty().then_some(Self { data, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_a_data_source_only_where_a_type_is_due() {
        let data = |kind| Some(Address { data: true, kind });
        let owned = |kind| Some(Address { data: false, kind });
        for (text, address) in [
            ("aws_sqs_queue.q", owned("aws_sqs_queue")),
            ("aws_sqs_queue.data", owned("aws_sqs_queue")),
            ("data.aws_ami.u", data("aws_ami")),
            ("data.http.ip", data("http")),
            ("module.x.data.aws_iam_policy_document.d", data("aws_iam_policy_document")),
            ("module.data.aws_s3_bucket.raw", owned("aws_s3_bucket")),
            ("module.data.data.aws_caller_identity.me", data("aws_caller_identity")),
            ("module.data.module.db.aws_db_instance.this[0]", owned("aws_db_instance")),
            ("module.a[\"x.data.y\"].aws_vpc.main", owned("aws_vpc")),
            ("module.a[\"q\\\"]\"].data.aws_region.r[\"data.\"]", data("aws_region")),
            ("module.a[3].aws_vpc.main", owned("aws_vpc")),
            // Not addresses.
            ("data.iot.us-east-1.amazonaws.com", None),
            ("abc.data.mediastore.eu-west-1.amazonaws.com", None),
            ("data.", None),
            ("module.a", None),
            ("module.a.", None),
            ("module.a[\"x.aws_vpc.b", None),
            ("aws_vpc.main[0", None),
            ("aws_vpc", None),
            ("s3.eu-west-1.amazonaws.com", None),
            ("", None),
        ] {
            assert_eq!(Address::parse(text), address, "{text}");
        }
    }

    #[test]
    fn a_provider_has_a_name_of_its_own() {
        for (address, kind, name) in [
            ("registry.terraform.io/hashicorp/random", "random_id", "random"),
            ("provider[\"registry.terraform.io/hashicorp/null\"]", "null_resource", "null"),
            ("provider[\"registry.terraform.io/hashicorp/null\"].west", "null_resource", "null"),
            ("module.a.provider[\"registry.opentofu.org/x/y\"]", "y_z", "y"),
            ("provider.random", "random_id", "random"),
            ("", "cloudflare_record", "cloudflare"),
            ("", "_x", "x"),
            ("", "_", "_"),
        ] {
            assert_eq!(provider(address, kind), name, "{address} {kind}");
        }
    }

    #[test]
    fn a_replaced_resource_was_there_and_will_be() {
        let of = |words: &[&str]| {
            let words: Vec<Scalar> = words.iter().map(|word| Scalar(Some((*word).to_owned()))).collect();
            Action::of(&words)
        };
        for (words, action) in [
            (&["create"][..], Action::Create),
            (&["no-op"], Action::Keep),
            (&["update"], Action::Change),
            (&["delete", "create"], Action::Change),
            (&["create", "delete"], Action::Change),
            (&["create", "forget"], Action::Change),
            (&["delete"], Action::Delete),
            (&["forget"], Action::Forget),
            (&[], Action::Change),
        ] {
            assert_eq!(of(words), action, "{words:?}");
        }
    }

    #[test]
    fn attributes_of_version_3_get_the_paths_of_version_4() {
        let mut attributes = Attributes::default();
        for (path, value) in [("ports.#", "1"), ("block.0.size", "8"), ("engine", "mysql"), ("tags.%", "0")] {
            attributes.push(path, Found::Value(value.to_owned())).expect("little");
        }
        unflatten(&mut attributes);
        let paths: Vec<&str> = attributes.pairs.iter().map(|(path, _)| &**path).collect();
        assert_eq!(paths, ["block.size", "engine"]);
    }
}
