#include "cli/command_line.h"

#include "engine/build_info.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>

namespace qwill::engine::cli {

namespace {

const std::map<std::string, WeightFormat> kWeightNames{{"auto", WeightFormat::Auto},
                                                       {"f32", WeightFormat::F32},
                                                       {"bf16", WeightFormat::Bf16},
                                                       {"w8", WeightFormat::W8},
                                                       {"w4", WeightFormat::W4}};
const std::map<std::string, KvFormat> kKvNames{
    {"auto", KvFormat::Auto}, {"f32", KvFormat::F32}, {"f16", KvFormat::F16}, {"int8", KvFormat::Int8}};
const std::map<std::string, DeviceKind> kDeviceNames{
    {"auto", DeviceKind::Auto}, {"cpu", DeviceKind::Cpu}, {"cuda", DeviceKind::Cuda}};

constexpr int kMaxContext = 1 << 20; // beyond every model this engine serves
constexpr int kMaxThreads = 1024;

template <typename T>
CLI::Option* addChoice(CLI::App& app, const std::string& name, T& value, const std::map<std::string, T>& names,
                       const std::string& help)
{
    std::string choices;
    for (const auto& [text, unused] : names)
        choices += (choices.empty() ? "" : "|") + text;
    return app
        .add_option_function<std::string>(
            name,
            [&value, names, name](const std::string& text) {
                const auto found = names.find(CLI::detail::to_lower(text));
                if (found == names.end())
                    throw CLI::ValidationError(name, "\"" + text + "\" is not one of its values");
                value = found->second;
            },
            help)
        ->type_name(choices);
}

void addModelOptions(CLI::App& app, ModelOptions& model, int defaultContext)
{
    model.contextLength = defaultContext;
    app.add_option("MODEL", model.path, "A Hugging Face directory or a .gguf file")->required();
    addChoice(app, "--weights", model.weights, kWeightNames, "Form of the weights in memory");
    addChoice(app, "--kv", model.kv, kKvNames, "Precision of the KV cache");
    addChoice(app, "--device", model.device, kDeviceNames, "Where to compute");
    app.add_option("--ctx", model.contextLength, "Tokens of context")
        ->check(CLI::Range(1, kMaxContext))
        ->type_name("N")
        ->capture_default_str();
    app.add_option("-t,--threads", model.threads, "Threads; 0 takes every performance core (`info` tells)")
        ->check(CLI::Range(0, kMaxThreads))
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--prefill-threads", model.prefillThreads,
                   "Threads that read prompts; 0 is --threads, or every core")
        ->check(CLI::Range(0, kMaxThreads))
        ->type_name("N")
        ->capture_default_str();
    app.add_flag_callback(
        "--no-cache", [&model] { model.packedCache = false; }, "Neither read nor write the cache of packed weights");
}

void addSamplingOptions(CLI::App& app, SamplingOptions& sampling)
{
    app.add_option("-n,--max-tokens", sampling.maxTokens, "Longest reply; -1 is until the context is full")
        ->check(CLI::Range(-1, kMaxContext))
        ->type_name("N")
        ->capture_default_str();
    app.add_flag("--greedy", sampling.greedy, "Always the most likely token");
    app.add_option("--temperature", sampling.temperature, "0 is greedy")->check(CLI::Range(0.0, 100.0))->type_name("X");
    app.add_option("--top-k", sampling.topK, "Keep the K most likely; 0 is off")
        ->check(CLI::Range(0, kMaxContext))
        ->type_name("K");
    app.add_option("--top-p", sampling.topP, "Keep the smallest set of this probability; 1 is off")
        ->check(CLI::Range(0.0, 1.0))
        ->type_name("P");
    app.add_option("--min-p", sampling.minP, "Keep what is at least P times as likely as the best; 0 is off")
        ->check(CLI::Range(0.0, 1.0))
        ->type_name("P");
    app.add_option("--repetition-penalty", sampling.repetitionPenalty, "Over prompt and reply; 1 is off")
        ->check(CLI::Range(0.01, 100.0))
        ->type_name("X");
    app.add_option("--presence-penalty", sampling.presencePenalty, "Over the reply; 0 is off")
        ->check(CLI::Range(-100.0, 100.0))
        ->type_name("X");
    app.add_option("--frequency-penalty", sampling.frequencyPenalty, "Over the reply; 0 is off")
        ->check(CLI::Range(-100.0, 100.0))
        ->type_name("X");
    app.add_option("--seed", sampling.seed, "The same seed gives the same reply")->type_name("S");
    app.add_option("--logit-bias", sampling.logitBias, "Added to a token's logit; -100 bans it")
        ->type_name("ID=X")
        ->allow_extra_args(false)
        ->take_all();
    app.add_option("--stop", sampling.stop, "End the reply before this text (may be repeated)")
        ->type_name("TEXT")
        ->allow_extra_args(false)
        ->take_all();
    app.add_flag("--ignore-eos", sampling.ignoreEos, "Do not stop at the model's own end");
    app.add_flag_callback(
        "--no-speculation", [&sampling] { sampling.speculate = false; },
        "Never guess repeated text: the same reply, slower where it repeats itself");
    auto* object = app.add_flag("--json-object", sampling.jsonObject, "The reply is a JSON object");
    app.add_option("--json-schema", sampling.jsonSchemaFile, "The reply is JSON that fits the schema in this file")
        ->type_name("FILE")
        ->excludes(object);
}

// CLI11 explains itself over several lines; people get one sentence.
std::string oneSentence(std::string text)
{
    text = text.substr(0, text.find('\n'));
    while (!text.empty() && (text.back() == '.' || text.back() == ' '))
        text.pop_back();
    return text + ". See qwill-cli --help.";
}

// Everything the commands fill, alive while CLI11 parses.
struct Options {
    InfoOptions info;
    InspectOptions inspect;
    TokenizeOptions tokenize;
    DetokenizeOptions detokenize;
    LogitsOptions logits;
    GenerateOptions generate;
    ChatOptions chat;
    PerplexityOptions perplexity;
    QuantizeOptions quantize;
    BenchOptions bench;
};

void addReadingCommands(CLI::App& app, Options& o)
{
    CLI::App* info = app.add_subcommand("info", "What this machine has, and which backend is chosen and why");
    info->add_flag("--json", o.info.json, "Print JSON");
    addChoice(*info, "--device", o.info.device, kDeviceNames, "Where to compute");
    info->footer("Example:\n  qwill-cli info");

    CLI::App* inspect = app.add_subcommand("inspect", "What a model is, and what it would cost in memory");
    inspect->add_option("MODEL", o.inspect.path, "A Hugging Face directory or a .gguf file")->required();
    inspect->add_flag("--json", o.inspect.json, "Print JSON");
    inspect->footer("Example:\n  qwill-cli inspect ~/models/Qwen3-4B-Instruct-2507");

    CLI::App* tokenize = app.add_subcommand("tokenize", "Text on standard input to token ids on one line");
    tokenize->add_option("MODEL", o.tokenize.path, "A model, or a directory with only its tokenizer files")->required();
    tokenize->add_flag("--jsonl", o.tokenize.jsonLines, "Each line {\"text\":…} becomes {\"ids\":[…]}");
    tokenize->add_flag("--data", o.tokenize.data, "Special tokens in the text are ordinary text");
    tokenize->footer("Example:\n  echo -n 'Hello, 世界' | qwill-cli tokenize ~/models/Qwen3-4B-Instruct-2507");

    CLI::App* detokenize = app.add_subcommand("detokenize", "Token ids on standard input to text");
    detokenize->add_option("MODEL", o.detokenize.path, "A model, or a directory with only its tokenizer files")
        ->required();
    detokenize->footer("Example:\n  echo 9707 11 220 99489 | qwill-cli detokenize ~/models/Qwen3-4B-Instruct-2507");
}

void addWritingCommands(CLI::App& app, Options& o)
{
    CLI::App* generate = app.add_subcommand("generate", "Continue a text");
    addModelOptions(*generate, o.generate.model, 4096);
    addSamplingOptions(*generate, o.generate.sampling);
    auto* prompt = generate->add_option("-p,--prompt", o.generate.prompt, "The text to continue")->type_name("TEXT");
    generate->add_option("--ids", o.generate.ids, "The tokens to continue: 1,2,3 or @FILE")
        ->type_name("IDS")
        ->excludes(prompt);
    generate->add_flag("--json", o.generate.json, "Print one JSON object at the end");
    generate->footer("Examples:\n  qwill-cli generate MODEL --prompt 'The sea is' --max-tokens 40 --seed 1\n"
                     "  qwill-cli generate MODEL --prompt 'A person, as JSON: ' --json-schema person.json");

    CLI::App* chat = app.add_subcommand("chat", "Talk with a model; Ctrl+C stops a reply, Ctrl+D leaves");
    addModelOptions(*chat, o.chat.model, 8192);
    addSamplingOptions(*chat, o.chat.sampling);
    chat->add_option("--system", o.chat.system, "The system prompt")->type_name("TEXT");
    chat->add_option("-m,--message", o.chat.message, "Answer this once and leave")->type_name("TEXT");
    chat->footer("Examples:\n  qwill-cli chat ~/models/Qwen3-4B-Instruct-2507\n"
                 "  qwill-cli chat model.gguf --message 'Write a haiku about rain'");
}

void addMeasuringCommands(CLI::App& app, Options& o)
{
    CLI::App* logits = app.add_subcommand("logits", "The raw logits of given tokens");
    addModelOptions(*logits, o.logits.model, 0);
    logits->add_option("--ids", o.logits.ids, "1,2,3 or @FILE")->type_name("IDS")->required();
    logits->add_option("--out", o.logits.outFile, "Write float32 [tokens, vocab], little-endian")->type_name("FILE");
    logits->footer("Example:\n  qwill-cli logits MODEL --ids 1,2,3 --weights f32 --out logits.f32");

    CLI::App* perplexity = app.add_subcommand("perplexity", "How well a model predicts a text");
    addModelOptions(*perplexity, o.perplexity.model, 512);
    perplexity->add_option("--file", o.perplexity.file, "UTF-8 text")->type_name("FILE")->required();
    perplexity
        ->add_option_function<std::string>(
            "--against",
            [&o](const std::string& text) {
                const auto found = kWeightNames.find(CLI::detail::to_lower(text));
                if (found == kWeightNames.end())
                    throw CLI::ValidationError("--against", "\"" + text + "\" is not one of its values");
                o.perplexity.against = found->second;
            },
            "Also print the mean KL divergence from these weights")
        ->type_name("f32|bf16|w8|w4");
    perplexity->add_flag("--json", o.perplexity.json, "Print JSON");
    perplexity->footer("Example:\n  qwill-cli perplexity MODEL --file book.txt --weights w4 --against bf16");

    CLI::App* quantize = app.add_subcommand("quantize", "Write a model in 8 or 4 bits that loads at once");
    addModelOptions(*quantize, o.quantize.model, 0);
    quantize->add_option("OUT", o.quantize.outPath, "The directory to make")->required();
    quantize->footer(
        "Example:\n  qwill-cli quantize ~/models/Qwen3-4B-Instruct-2507 ~/models/qwen3-4b-w4 --weights w4");

    CLI::App* bench = app.add_subcommand("bench", "Speed, beside what this machine could do at most");
    addModelOptions(*bench, o.bench.model, 0);
    bench->add_option("-p,--prompt-tokens", o.bench.promptTokens, "Tokens to read; 0 leaves reading out")
        ->check(CLI::Range(0, kMaxContext))
        ->type_name("N")
        ->capture_default_str();
    bench->add_option("-n,--new-tokens", o.bench.newTokens, "Tokens to write")
        ->check(CLI::Range(2, kMaxContext))
        ->type_name("N")
        ->capture_default_str();
    bench->add_option("-d,--depth", o.bench.depth, "Tokens already in the context")
        ->check(CLI::Range(0, kMaxContext))
        ->type_name("N")
        ->capture_default_str();
    bench->add_option("-r,--repetitions", o.bench.repetitions, "The median of this many is shown")
        ->check(CLI::Range(1, 1000))
        ->type_name("N")
        ->capture_default_str();
    bench->add_option("--sequences", o.bench.sequences, "Also write this many replies at once")
        ->check(CLI::Range(1, 16))
        ->type_name("N")
        ->capture_default_str();
    bench->add_option("--text", o.bench.textFile, "Also rewrite and tell this text, with and without speculation")
        ->type_name("FILE");
    bench->add_flag("--json", o.bench.json, "Print JSON");
    bench->footer("Example:\n  qwill-cli bench MODEL -p 512 -n 64 --weights w4");
}

std::optional<std::string> contradiction(const CLI::App& app, const Options& o)
{
    if (app.got_subcommand("generate") && !o.generate.prompt && !o.generate.ids)
        return "generate needs --prompt or --ids. See qwill-cli generate --help.";
    if (app.got_subcommand("quantize") && o.quantize.model.weights != WeightFormat::W8
        && o.quantize.model.weights != WeightFormat::W4)
        return "quantize needs --weights w8 or --weights w4.";
    return std::nullopt;
}

Command chosenCommand(const CLI::App& app, Options& o)
{
    if (app.got_subcommand("info"))
        return std::move(o.info);
    if (app.got_subcommand("inspect"))
        return std::move(o.inspect);
    if (app.got_subcommand("tokenize"))
        return std::move(o.tokenize);
    if (app.got_subcommand("detokenize"))
        return std::move(o.detokenize);
    if (app.got_subcommand("logits"))
        return std::move(o.logits);
    if (app.got_subcommand("generate"))
        return std::move(o.generate);
    if (app.got_subcommand("chat"))
        return std::move(o.chat);
    if (app.got_subcommand("perplexity"))
        return std::move(o.perplexity);
    if (app.got_subcommand("quantize"))
        return std::move(o.quantize);
    return std::move(o.bench);
}

} // namespace

ParsedCommandLine parseCommandLine(const std::vector<std::string>& arguments)
{
    CLI::App app{"qwill-cli runs Qwen3 and its relatives on this machine.\n"
                 "MODEL is a Hugging Face directory (safetensors) or a .gguf file.",
                 "qwill-cli"};
    app.allow_windows_style_options(false); // a word that begins with / is a path, or text, on Windows too
    app.require_subcommand(1);
    std::string version = versionText("qwill-cli");
    version.pop_back(); // CLI11 ends the line
    app.set_version_flag("--version", version);
    app.footer("Examples:\n"
               "  qwill-cli chat ~/models/Qwen3-4B-Instruct-2507\n"
               "  qwill-cli generate model.gguf --prompt 'The sea is' --max-tokens 40\n"
               "  qwill-cli bench model.gguf -p 512 -n 64\n"
               "Each command explains itself: qwill-cli COMMAND --help.\n"
               "Exit codes: 0 done, 1 failed (one sentence on standard error), 2 wrong usage.");
    Options options;
    addWritingCommands(app, options);
    addReadingCommands(app, options);
    addMeasuringCommands(app, options);
    const std::string first = arguments.size() > 1 ? arguments[1] : "";
    const auto known = app.get_subcommands([&](CLI::App* command) { return command->get_name() == first; });
    if (!first.empty() && first.front() != '-' && known.empty()) {
        std::fprintf(stderr, "There is no command \"%s\". See qwill-cli --help.\n", first.c_str());
        return {std::nullopt, kExitUsage};
    }
    try {
        // CLI11 takes the words behind the program's name, the last one first.
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend() - 1));
    } catch (const CLI::Success& asked) { // --help, --version
        return {std::nullopt, app.exit(asked) == 0 ? kExitOk : kExitUsage};
    } catch (const CLI::ParseError& wrong) {
        std::fprintf(stderr, "%s\n", oneSentence(wrong.what()).c_str());
        return {std::nullopt, kExitUsage};
    }
    if (const auto wrong = contradiction(app, options)) {
        std::fprintf(stderr, "%s\n", wrong->c_str());
        return {std::nullopt, kExitUsage};
    }
    return {chosenCommand(app, options), kExitOk};
}

} // namespace qwill::engine::cli
