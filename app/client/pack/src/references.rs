//! What code and data refer to, as the linker wrote it down with `--emit-relocs`.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};
use wasmparser::{
    BinaryReaderError, DataKind, KnownCustom, Linking, Operator, Parser, Payload, RelocSectionReader, RelocationEntry,
    RelocationType::{FunctionIndexLeb, GlobalIndexLeb, TableIndexI32, TableIndexSleb, TableNumberLeb, TypeIndexLeb},
    SymbolInfo,
};

/// What an instruction or a word of the data refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A datum, by the number of its symbol; and the address that is written there.
    Datum(usize, u32),
    /// The entry of the table whose number is written there.
    Function,
}

/// By where they are.
#[derive(Debug, Default)]
pub(crate) struct References {
    /// Of instructions, by their places in the file.
    pub(crate) code: HashMap<u32, Target>,
    /// Of words in memory, by their addresses.
    pub(crate) data: BTreeMap<u32, Target>,
    /// The addresses of the data, by the numbers of their symbols.
    pub(crate) symbols: Vec<Range<u32>>,
}

/// A part of the file that is loaded into memory.
struct Segment {
    file: Range<usize>,
    address: u32,
}

impl References {
    pub(crate) fn read(wasm: &[u8]) -> Result<Self, BinaryReaderError> {
        let (mut code, mut data, mut segments, mut instructions) = (0, 0, Vec::new(), Vec::new());
        let mut references = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::CodeSectionStart { range, .. } => code = range.start,
                Payload::CodeSectionEntry(body) => {
                    let operators = body.get_operators_reader()?.into_iter_with_offsets();
                    let places = operators.map(|operator| operator.map(|(_, place)| place));
                    instructions.extend(places.collect::<Result<Vec<_>, _>>()?);
                }
                Payload::DataSection(section) => {
                    data = section.range().start;
                    for segment in section {
                        let segment = segment?;
                        let file = segment.range.end - segment.data.len()..segment.range.end;
                        segments.push(Segment { file, address: address(&segment.kind)? });
                    }
                }
                Payload::CustomSection(section) => match section.as_known() {
                    KnownCustom::Linking(linking) => {
                        for part in linking.subsections() {
                            if let Linking::SymbolTable(symbols) = part? {
                                let symbols = symbols.into_iter().map(|symbol| Ok(addresses(&symbol?, &segments)));
                                references.symbols = symbols.collect::<Result<_, BinaryReaderError>>()?;
                            }
                        }
                    }
                    KnownCustom::Reloc(reader) if section.name() == "reloc.CODE" => {
                        references.add_code(&reader, code, &instructions)?;
                    }
                    KnownCustom::Reloc(reader) if section.name() == "reloc.DATA" => {
                        references.add_data(&reader, data, &segments)?;
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        Ok(references)
    }

    fn add_code(
        &mut self,
        reader: &RelocSectionReader<'_>,
        section: usize,
        instructions: &[usize],
    ) -> Result<(), BinaryReaderError> {
        for entry in reader.entries() {
            let entry = entry?;
            if matches!(entry.ty, FunctionIndexLeb | GlobalIndexLeb | TableNumberLeb | TypeIndexLeb) {
                continue;
            }
            let at = section + entry.offset as usize;
            let begun = instructions.partition_point(|place| *place <= at);
            if let Some(instruction) = instructions[..begun].last() {
                let target = self.target(&entry);
                self.code.insert(number(*instruction), target);
            }
        }
        Ok(())
    }

    fn add_data(
        &mut self,
        reader: &RelocSectionReader<'_>,
        section: usize,
        segments: &[Segment],
    ) -> Result<(), BinaryReaderError> {
        for entry in reader.entries() {
            let entry = entry?;
            let at = section + entry.offset as usize;
            let segment = segments.iter().find(|segment| segment.file.contains(&at));
            if let Some(segment) = segment {
                let target = self.target(&entry);
                self.data.insert(segment.address + number(at - segment.file.start), target);
            }
        }
        Ok(())
    }

    /// Of a kind of address that is not known here, the address will not be what is written there.
    fn target(&self, entry: &RelocationEntry) -> Target {
        if matches!(entry.ty, TableIndexSleb | TableIndexI32) {
            return Target::Function;
        }
        let symbol = entry.index as usize;
        let start = self.symbols.get(symbol).map_or(0, |addresses| addresses.start);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "addresses have 32 bits and wrap")]
        let addend = entry.addend as u32;
        Target::Datum(symbol, start.wrapping_add(addend))
    }
}

fn address(kind: &DataKind<'_>) -> Result<u32, BinaryReaderError> {
    let DataKind::Active { offset_expr, .. } = kind else { return Ok(0) };
    Ok(match offset_expr.get_operators_reader().read()? {
        Operator::I32Const { value } => value.cast_unsigned(),
        _ => 0,
    })
}

fn addresses(symbol: &SymbolInfo<'_>, segments: &[Segment]) -> Range<u32> {
    let SymbolInfo::Data { symbol: Some(datum), .. } = symbol else { return 0..0 };
    let start = segments.get(datum.index as usize).map_or(0, |segment| segment.address) + datum.offset;
    start..start + datum.size
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmparser::RelocationType::MemoryAddrSleb;

    fn section(kind: u8, content: &[u8]) -> Vec<u8> {
        [&[kind, u8::try_from(content.len()).unwrap()], content].concat()
    }

    fn custom(name: &str, content: &[u8]) -> Vec<u8> {
        section(0, &[&[u8::try_from(name.len()).unwrap()], name.as_bytes(), content].concat())
    }

    /// `i32.const 1028`, as linkers write it.
    const INSTRUCTION: [u8; 6] = [0x41, 0x84, 0x88, 0x80, 0x80, 0];

    /// A function with that instruction, and two words from 1024 on, of which the first names an entry of the table.
    fn module() -> Vec<u8> {
        let body = [&[0], INSTRUCTION.as_slice(), &[0x1a, 0x0b]].concat();
        let symbols = [2, 1, 0, 1, b'd', 0, 4, 4, 0, 0, 0, 1, b'f'];
        let sections = [
            section(1, &[1, 0x60, 0, 0]),
            section(3, &[1, 0]),
            section(5, &[1, 0, 1]),
            section(10, &[&[1, 9], body.as_slice()].concat()),
            section(11, &[1, 0, 0x41, 0x80, 8, 0x0b, 8, 1, 0, 0, 0, 7, 0, 0, 0]),
            custom("linking", &[&[2, 8, 13], symbols.as_slice()].concat()),
            custom("reloc.CODE", &[3, 1, MemoryAddrSleb as u8, 4, 0, 0]),
            custom("reloc.DATA", &[4, 1, TableIndexI32 as u8, 7, 1]),
        ];
        [b"\0asm\x01\0\0\0".as_slice(), &sections.concat()].concat()
    }

    #[test]
    fn an_instruction_and_a_word_refer_to_something() -> Result<(), BinaryReaderError> {
        let wasm = module();
        let references = References::read(&wasm)?;
        let place = wasm.windows(INSTRUCTION.len()).position(|bytes| bytes == INSTRUCTION).map_or(0, number);
        assert_eq!(references.code, HashMap::from([(place, Target::Datum(0, 1_028))]));
        assert_eq!(references.data, BTreeMap::from([(1_024, Target::Function)]));
        assert_eq!(references.symbols, [1_028..1_032, 0..0]);
        Ok(())
    }

    #[test]
    fn without_the_linkers_notes_there_are_none() -> Result<(), BinaryReaderError> {
        assert!(References::read(b"\0asm\x01\0\0\0")?.symbols.is_empty());
        Ok(())
    }
}
