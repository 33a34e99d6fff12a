#include "text/sentencepiece_model.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

namespace qwill::engine {

namespace {

// Protocol buffers' wire format: a field is a number and one of these.
enum WireType { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

struct Field {
    std::uint64_t number = 0;
    int wire = 0;
    std::uint64_t value = 0; // kVarint, kFixed32, kFixed64
    std::string_view bytes; // kBytes
    std::string_view whole; // as serialised
};

class FieldReader {
public:
    explicit FieldReader(std::string_view bytes) : m_bytes(bytes) { }
    bool atEnd() const { return m_at == m_bytes.size(); }

    std::optional<Field> next()
    {
        const std::size_t begin = m_at;
        const auto tag = varint();
        if (!tag)
            return std::nullopt;
        Field field;
        field.number = *tag >> 3;
        field.wire = static_cast<int>(*tag & 7);
        if (field.wire == kVarint) {
            const auto value = varint();
            if (!value)
                return std::nullopt;
            field.value = *value;
        } else if (field.wire == kBytes) {
            const auto length = varint();
            if (!length || *length > m_bytes.size() - m_at)
                return std::nullopt;
            field.bytes = m_bytes.substr(m_at, *length);
            m_at += *length;
        } else if (field.wire == kFixed32 || field.wire == kFixed64) {
            const std::size_t length = field.wire == kFixed32 ? 4 : 8;
            if (length > m_bytes.size() - m_at)
                return std::nullopt;
            for (std::size_t i = 0; i < length; ++i)
                field.value |= std::uint64_t{static_cast<unsigned char>(m_bytes[m_at + i])} << (8 * i);
            m_at += length;
        } else {
            return std::nullopt;
        }
        field.whole = m_bytes.substr(begin, m_at - begin);
        return field;
    }

private:
    std::optional<std::uint64_t> varint()
    {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64 && m_at < m_bytes.size(); shift += 7) {
            const auto byte = static_cast<unsigned char>(m_bytes[m_at++]);
            value |= std::uint64_t{byte & 0x7fu} << shift;
            if (byte < 0x80)
                return value;
        }
        return std::nullopt;
    }

    std::string_view m_bytes;
    std::size_t m_at = 0;
};

void putVarint(std::string& out, std::uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        out.push_back(static_cast<char>(0x80 | (value & 0x7f)));
    out.push_back(static_cast<char>(value));
}

void putNumber(std::string& out, int field, std::uint64_t value)
{
    putVarint(out, static_cast<std::uint64_t>(field) << 3 | kVarint);
    putVarint(out, value);
}

void putBytes(std::string& out, int field, std::string_view bytes)
{
    putVarint(out, static_cast<std::uint64_t>(field) << 3 | kBytes);
    putVarint(out, bytes.size());
    out.append(bytes);
}

void putFloat(std::string& out, int field, float value)
{
    putVarint(out, static_cast<std::uint64_t>(field) << 3 | kFixed32);
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int i = 0; i < 4; ++i)
        out.push_back(static_cast<char>(static_cast<unsigned char>(bits >> (8 * i))));
}

Error corrupt()
{
    return {ErrorCode::Corrupt, "The tokenizer.model is not a sentencepiece model, or is damaged."};
}

std::optional<SentencepieceModel::Piece> parsePiece(std::string_view bytes)
{
    SentencepieceModel::Piece piece;
    FieldReader reader(bytes);
    while (!reader.atEnd()) {
        const auto field = reader.next();
        if (!field)
            return std::nullopt;
        if (field->number == 1 && field->wire == kBytes)
            piece.text = field->bytes;
        else if (field->number == 2 && field->wire == kFixed32)
            piece.score = std::bit_cast<float>(static_cast<std::uint32_t>(field->value));
        else if (field->number == 3 && field->wire == kVarint)
            piece.type = static_cast<int>(field->value & 0xff);
    }
    return piece;
}

} // namespace

Result<SentencepieceModel> SentencepieceModel::parse(std::string_view bytes)
{
    SentencepieceModel model;
    FieldReader reader(bytes);
    while (!reader.atEnd()) {
        const auto field = reader.next();
        if (!field)
            return corrupt();
        if (field->number == 1 && field->wire == kBytes) {
            auto piece = parsePiece(field->bytes);
            if (!piece)
                return corrupt();
            model.pieces.push_back(std::move(*piece));
        } else if (field->number == 2 && field->wire == kBytes) {
            model.trainer.append(field->bytes);
        } else if (field->number == 3 && field->wire == kBytes) {
            FieldReader normaliser(field->bytes);
            while (!normaliser.atEnd()) {
                const auto setting = normaliser.next();
                if (!setting)
                    return corrupt();
                if (setting->number == 3 && setting->wire == kVarint) {
                    model.addDummyPrefix = setting->value != 0;
                    continue;
                }
                if (setting->number == 4 && setting->wire == kVarint)
                    model.removeExtraSpaces = setting->value != 0;
                model.normaliser.append(setting->whole);
            }
        } else {
            model.others.append(field->whole);
        }
    }
    if (model.pieces.empty())
        return corrupt();
    return model;
}

void SentencepieceModel::setPlain(Algorithm algorithm, int unknown, int bos, int eos)
{
    // Field numbers of sentencepiece_model.proto; −1 is written as protocol buffers write a negative int32.
    const auto signedValue = [](int value) { return static_cast<std::uint64_t>(static_cast<std::int64_t>(value)); };
    trainer.clear();
    putNumber(trainer, 3, static_cast<std::uint64_t>(algorithm));
    // byte_fallback: the library wants all of them or none.
    const auto bytes = std::count_if(pieces.begin(), pieces.end(), [](const Piece& p) { return p.type == kByte; });
    putNumber(trainer, 35, bytes == 256 ? 1 : 0);
    putNumber(trainer, 40, signedValue(unknown));
    putNumber(trainer, 41, signedValue(bos));
    putNumber(trainer, 42, signedValue(eos));
    putNumber(trainer, 43, signedValue(-1)); // padding
    normaliser.clear();
    putBytes(normaliser, 1, "identity");
    putNumber(normaliser, 4, 0); // remove_extra_whitespaces
    putNumber(normaliser, 5, 1); // escape_whitespaces
    removeExtraSpaces = false;
}

std::string SentencepieceModel::serialise() const
{
    std::string out, buffer;
    for (const Piece& piece : pieces) {
        buffer.clear();
        putBytes(buffer, 1, piece.text);
        putFloat(buffer, 2, piece.score);
        putNumber(buffer, 3, static_cast<std::uint64_t>(piece.type));
        putBytes(out, 1, buffer);
    }
    putBytes(out, 2, trainer);
    buffer = normaliser;
    putNumber(buffer, 3, addDummyPrefix ? 1 : 0);
    putBytes(out, 3, buffer);
    return out + others;
}

} // namespace qwill::engine
