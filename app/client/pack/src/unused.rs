//! What nothing refers to once panics are traps. wasm-opt finds functions that nothing calls; it cannot know that an address is
//! not in use, nor that an entry of the table is not, which only the data behind such an address names.

use crate::references::{References, Target};
use std::collections::{HashMap, HashSet};
use walrus::{
    ConstExpr, Data, DataKind, ElementItems, ElementKind, ExportItem, FunctionBuilder, FunctionId, FunctionKind,
    Global, GlobalKind, Module,
    ir::{Instr, InstrLocId, Load, Store, Value, Visitor, dfs_in_order},
};

/// Zeroes the data, and makes the functions trap.
///
/// # Errors
/// The place where the module does not have what its linker wrote down.
pub(crate) fn clear(module: &mut Module, references: &References) -> Result<(), String> {
    let mut search = Search::new(module, references);
    search.run(module)?;
    let Search { data, slots, .. } = search;
    clear_data(module, references, &data);
    clear_table(module, &slots);
    Ok(())
}

/// Searches what is in use, from the exports on.
struct Search<'a> {
    references: &'a References,
    /// The functions of the table.
    table: HashMap<u32, FunctionId>,
    functions: HashSet<FunctionId>,
    data: HashSet<usize>,
    slots: HashSet<u32>,
    /// Of those, what has not been looked into.
    new_functions: Vec<FunctionId>,
    new_data: Vec<usize>,
    /// A place that is not as it was linked.
    wrong: Option<String>,
}

impl<'a> Search<'a> {
    fn new(module: &Module, references: &'a References) -> Self {
        let mut search = Self {
            references,
            table: table(module),
            functions: HashSet::new(),
            data: HashSet::new(),
            slots: HashSet::new(),
            new_functions: Vec::new(),
            new_data: Vec::new(),
            wrong: None,
        };
        for export in module.exports.iter() {
            match export.item {
                ExportItem::Function(function) => search.use_function(function),
                ExportItem::Global(global) => search.use_global(module.globals.get(global)),
                _ => {}
            }
        }
        module.start.into_iter().for_each(|function| search.use_function(function));
        search
    }

    fn run(&mut self, module: &Module) -> Result<(), String> {
        loop {
            if let Some(function) = self.new_functions.pop() {
                if let FunctionKind::Local(function) = &module.funcs.get(function).kind {
                    dfs_in_order(self, function, function.entry_block());
                }
            } else if let Some(datum) = self.new_data.pop() {
                let references = self.references;
                for (at, target) in references.data.range(references.symbols[datum].clone()) {
                    self.use_target(*target, word(module, *at), || format!("the word at {at}"));
                }
            } else {
                return self.wrong.take().map_or(Ok(()), Err);
            }
        }
    }

    fn use_function(&mut self, function: FunctionId) {
        if self.functions.insert(function) {
            self.new_functions.push(function);
        }
    }

    fn use_datum(&mut self, symbol: usize) {
        if self.data.insert(symbol) {
            self.new_data.push(symbol);
        }
    }

    /// Its value may be an address, which no linker wrote down.
    fn use_global(&mut self, global: &Global) {
        if let GlobalKind::Local(ConstExpr::Value(Value::I32(value))) = global.kind {
            let symbols = self.references.symbols.iter().enumerate();
            for (symbol, _) in symbols.filter(|(_, addresses)| addresses.contains(&value.cast_unsigned())) {
                self.use_datum(symbol);
            }
        }
    }

    fn use_target(&mut self, target: Target, value: Option<u32>, place: impl FnOnce() -> String) {
        match (target, value) {
            (Target::Datum(symbol, address), Some(value)) if address == value => self.use_datum(symbol),
            (Target::Function, Some(slot)) => {
                self.slots.insert(slot);
                if let Some(function) = self.table.get(&slot) {
                    self.use_function(*function);
                }
            }
            (target, value) => self.wrong = Some(format!("{} is {value:?}, not {target:?}", place())),
        }
    }
}

impl<'instr> Visitor<'instr> for Search<'_> {
    fn visit_instr(&mut self, instruction: &'instr Instr, place: &'instr InstrLocId) {
        let linked = (!place.is_default()).then(|| place.data());
        if let Some(target) = linked.and_then(|place| self.references.code.get(&place)) {
            let value = match instruction {
                Instr::Const(constant) => match constant.value {
                    Value::I32(value) => Some(value.cast_unsigned()),
                    _ => None,
                },
                Instr::Load(Load { arg, .. }) | Instr::Store(Store { arg, .. }) => u32::try_from(arg.offset).ok(),
                _ => None,
            };
            self.use_target(*target, value, || format!("{instruction:?} at {}", place.data()));
        }
    }

    fn visit_function_id(&mut self, function: &FunctionId) {
        self.use_function(*function);
    }
}

fn table(module: &Module) -> HashMap<u32, FunctionId> {
    let mut table = HashMap::new();
    for element in module.elements.iter() {
        if let (ElementItems::Functions(functions), Some(start)) = (&element.items, start(&element.kind)) {
            table.extend((start..).zip(functions.iter().copied()));
        }
    }
    table
}

fn start(kind: &ElementKind) -> Option<u32> {
    match kind {
        ElementKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } => Some(start.cast_unsigned()),
        _ => None,
    }
}

fn address(segment: &Data) -> Option<u32> {
    match segment.kind {
        DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } => Some(start.cast_unsigned()),
        _ => None,
    }
}

fn word(module: &Module, at: u32) -> Option<u32> {
    module.data.iter().find_map(|segment| {
        let at = usize::try_from(at.checked_sub(address(segment)?)?).ok()?;
        Some(u32::from_le_bytes(*segment.value.get(at..)?.first_chunk()?))
    })
}

fn clear_data(module: &mut Module, references: &References, used: &HashSet<usize>) {
    let segments: Vec<_> = module.data.iter().map(Data::id).collect();
    for segment in segments {
        let segment = module.data.get_mut(segment);
        let Some(start) = address(segment) else { continue };
        let linked = segment.value.clone();
        let data = references.symbols.iter().enumerate().filter_map(|(symbol, addresses)| {
            let place = |address: u32| usize::try_from(address.checked_sub(start)?).ok();
            Some((used.contains(&symbol), place(addresses.start)?..place(addresses.end)?))
        });
        let (in_use, unused): (Vec<_>, Vec<_>) = data.partition(|(is_used, _)| *is_used);
        for (_, place) in unused {
            segment.value.get_mut(place).into_iter().for_each(|bytes| bytes.fill(0));
        }
        // The linker merges strings: one may be a part of another.
        for (_, place) in in_use {
            if let (Some(bytes), Some(linked)) = (segment.value.get_mut(place.clone()), linked.get(place)) {
                bytes.copy_from_slice(linked);
            }
        }
    }
}

fn clear_table(module: &mut Module, used: &HashSet<u32>) {
    let mut trap = FunctionBuilder::new(&mut module.types, &[], &[]);
    trap.func_body().unreachable();
    let trap = trap.finish(Vec::new(), &mut module.funcs);
    for element in module.elements.iter_mut() {
        if let (ElementItems::Functions(functions), Some(start)) = (&mut element.items, start(&element.kind)) {
            for (slot, function) in (start..).zip(functions) {
                if !used.contains(&slot) {
                    *function = trap;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use walrus::{ConstExpr, RefType};

    /// Three words at 1024, 1028 and 1032, of which the first names an entry of the table; and two entries from 1 on.
    fn module() -> (Module, FunctionId, References) {
        let mut module = Module::default();
        let memory = module.memories.add_local(false, false, 1, None, None);
        let offset = ConstExpr::Value(Value::I32(1_024));
        module.data.add(DataKind::Active { memory, offset }, [2, 7, 8].map(u32::to_le_bytes).concat());
        let mut function = |value: i32, place: u32| {
            let mut function = FunctionBuilder::new(&mut module.types, &[], &[]);
            let mut body = function.func_body();
            body.i32_const(value).drop();
            body.instrs_mut()[0].1 = InstrLocId::new(place);
            function.finish(Vec::new(), &mut module.funcs)
        };
        let (exported, unused, used) = (function(1_024, 1), function(1_028, 2), function(1_032, 3));
        module.exports.add("exported", exported);
        let table = module.tables.add_local(false, 3, None, RefType::FUNCREF);
        let offset = ConstExpr::Value(Value::I32(1));
        let kind = ElementKind::Active { table, offset };
        module.elements.add(kind, ElementItems::Functions(vec![unused, used]));
        let datum = |number: usize, address| Target::Datum(number, address);
        let references = References {
            code: HashMap::from([(1, datum(0, 1_024)), (2, datum(1, 1_028)), (3, datum(2, 1_032))]),
            data: BTreeMap::from([(1_024, Target::Function)]),
            symbols: vec![1_024..1_028, 1_028..1_032, 1_032..1_036],
        };
        (module, used, references)
    }

    #[test]
    fn what_an_export_leads_to_stays() -> Result<(), String> {
        let (mut module, used, references) = module();
        clear(&mut module, &references)?;
        let data: Vec<_> = module.data.iter().map(|segment| segment.value.clone()).collect();
        assert_eq!(data, [[2, 0, 8].map(u32::to_le_bytes).concat()]);
        let table = table(&module);
        assert_eq!(table[&2], used);
        let trap = module.funcs.get(table[&1]).kind.unwrap_local();
        assert!(matches!(trap.block(trap.entry_block()).instrs.as_slice(), [(Instr::Unreachable(_), _)]));
        Ok(())
    }

    #[test]
    fn a_module_that_was_changed_is_refused() {
        let (mut module, _, mut references) = module();
        references.code.insert(3, Target::Datum(2, 1_033));
        let error = clear(&mut module, &references);
        assert!(error.is_err_and(|place| place.contains(" at 3 ")));
    }
}
