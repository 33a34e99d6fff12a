#pragma once
// SentencepieceModel: the bytes of a tokenizer.model (protocol buffer ModelProto of sentencepiece) taken apart and put
// together again: pieces as a list, everything else as it was. Values only; any thread.

#include "engine/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace qwill::engine {

struct SentencepieceModel {
    enum Type { kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kUnused = 5, kByte = 6 };
    struct Piece {
        std::string text;
        float score = 0;
        int type = kNormal;
    };
    enum class Algorithm { Unigram = 1, Bpe = 2 };

    std::vector<Piece> pieces;
    std::string trainer; // serialised TrainerSpec
    std::string normaliser; // serialised NormalizerSpec, less add_dummy_prefix
    std::string others; // further fields, serialised
    bool addDummyPrefix = true;
    bool removeExtraSpaces = true;

    // Corrupt when the bytes are no such message.
    static Result<SentencepieceModel> parse(std::string_view bytes);
    // Settings of a vocabulary that brings none, as GGUF does: nothing normalised, byte fallback where
    // `pieces` has the bytes.
    void setPlain(Algorithm algorithm, int unknown, int bos, int eos);
    std::string serialise() const;
};

} // namespace qwill::engine
