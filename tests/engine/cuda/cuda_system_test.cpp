// Every way in which a machine may lack CUDA leads to the CPU with a sentence that says so.

#include "cuda/cuda_system.h"

#include "cuda/module_loader.h"
#include "support/host.h"
#include "support/tiny_model.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <filesystem>
#include <map>

using namespace qwill::engine::cuda;

namespace qwill::test {

namespace {

constexpr const char* kHopper = "NVIDIA H200/90/150754820096";

using Says = std::map<std::string, std::string>; // by the environment

struct Case {
    const char* name;
    Says says;
    const char* driver;
    const char* module;
    const char* missing; // "" = nothing
    const char* card = "";
};

// What the stand-ins are told, for as long as this lives.
class Told {
public:
    explicit Told(const Says& says) : m_says(says)
    {
        for (const auto& [name, value] : says)
            setVariable(name, value);
    }
    Told(const Told&) = delete;
    ~Told()
    {
        for (const auto& [name, value] : m_says)
            unsetVariable(name);
    }

private:
    Says m_says;
};

} // namespace

TEST_CASE("whatever is missing is said")
{
    const std::string wrong = "Qwill's CUDA module cannot be used: it was built for version 0.0.1-old, and this is "
        + std::string(modulePairing()) + ".";
    const std::vector<Case> cases{
        {"no driver", {}, "libnothing_of_the_kind.so", FAKE_MODULE, "There is no NVIDIA driver."},
        {"no card", {{"FAKE_DRIVER_CARDS", ""}}, FAKE_DRIVER, FAKE_MODULE, "The NVIDIA driver knows no card."},
        {"no card, told by init",
         {{"FAKE_DRIVER_INIT", "100"}},
         FAKE_DRIVER,
         FAKE_MODULE,
         "The NVIDIA driver knows no card."},
        {"driver in trouble",
         {{"FAKE_DRIVER_INIT", "803"}, {"FAKE_DRIVER_CARDS", kHopper}},
         FAKE_DRIVER,
         FAKE_MODULE,
         "The NVIDIA driver did not start (error 803)."},
        {"some other library", {}, FAKE_MODULE, FAKE_MODULE, "The NVIDIA driver is too old for Qwill."},
        {"old driver",
         {{"FAKE_DRIVER_VERSION", "12040"}, {"FAKE_DRIVER_CARDS", kHopper}},
         FAKE_DRIVER,
         FAKE_MODULE,
         "The NVIDIA driver is too old: it serves CUDA 12.4, and Qwill needs 13.0."},
        {"old card",
         {{"FAKE_DRIVER_CARDS", "NVIDIA TITAN Xp/61/12884901888"}},
         FAKE_DRIVER,
         FAKE_MODULE,
         "The NVIDIA TITAN Xp (sm_61) is too old for CUDA in Qwill, which needs a card of 2018 or later."},
        {"old card, and no module",
         {{"FAKE_DRIVER_CARDS", "NVIDIA TITAN Xp/61/12884901888"}},
         FAKE_DRIVER,
         "/nowhere/libqwill_cuda.so",
         "The NVIDIA TITAN Xp (sm_61) is too old for CUDA in Qwill, which needs a card of 2018 or later."},
        {"module for other cards",
         {{"FAKE_DRIVER_CARDS", "Tesla T4/75/16106127360"}, {"FAKE_MODULE_CODE", "80+"}},
         FAKE_DRIVER,
         FAKE_MODULE,
         "Qwill's CUDA module was not built for the Tesla T4 (sm_75)."},
        {"no module",
         {{"FAKE_DRIVER_CARDS", kHopper}},
         FAKE_DRIVER,
         "/nowhere/libqwill_cuda.so",
         "Qwill's CUDA module is not installed."},
        {"module of another version",
         {{"FAKE_DRIVER_CARDS", kHopper}, {"FAKE_MODULE_PAIRING", "0.0.1-old"}},
         FAKE_DRIVER,
         FAKE_MODULE,
         wrong.c_str()},
        {"all there", {{"FAKE_DRIVER_CARDS", kHopper}}, FAKE_DRIVER, FAKE_MODULE, "", "NVIDIA H200"},
        {"the larger of two, whatever is old",
         {{"FAKE_DRIVER_CARDS", "small/89/8000000000;old/61/99000000000;large/86/24000000000"}},
         FAKE_DRIVER,
         FAKE_MODULE,
         "",
         "large"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.name);
        const Told told(c.says);
        const CudaSystem system = findCuda(c.driver, {"/nowhere/else.so", c.module});
        CHECK(system.missing == c.missing);
        CHECK(system.card.has_value() == system.missing.empty());
        CHECK((system.card ? system.card->name : "") == c.card);
    }
}

TEST_CASE("what is no module is not opened as one")
{
    const Told told(Says{{"FAKE_DRIVER_CARDS", kHopper}});
    const TempDir dir;
    const std::string text = (dir / "libqwill_cuda.so").string();
    writeFile(text, "not a library");
    const std::string missing = findCuda(FAKE_DRIVER, {text}).missing;
    CHECK(missing.starts_with("Qwill's CUDA module cannot be used: "));
    CHECK(missing.ends_with("."));
    // A library without the entry.
    CHECK(findCuda(FAKE_DRIVER, {FAKE_DRIVER}).missing
          == "Qwill's CUDA module cannot be used: " FAKE_DRIVER " is something else.");
}

TEST_CASE("machine code serves later minors of its major, and later cards by compiling anew")
{
    CHECK(servesCard("75,80,86", 75));
    CHECK(servesCard("75,80,86", 87));
    CHECK(servesCard("80", 89));
    CHECK_FALSE(servesCard("86", 80));
    CHECK_FALSE(servesCard("75,80", 90));
    CHECK(servesCard("75,80+", 90));
    CHECK(servesCard("75,80+", 120));
    CHECK_FALSE(servesCard("80+", 75));
    CHECK_FALSE(servesCard("", 90));
    CHECK_FALSE(servesCard("x,+,", 90));
}

TEST_CASE("the module is looked for where it may lie")
{
    const Told told(Says{{"QWILL_CUDA_MODULE", "/some/where.so"}});
    CHECK(modulePaths() == std::vector<std::string>{"/some/where.so"});
    unsetVariable("QWILL_CUDA_MODULE");
    const auto paths = modulePaths();
    REQUIRE(paths.size() == 3);
    const auto place = [](const std::string& path) { // file, and the folder's name
        const std::filesystem::path whole(path);
        return std::pair(whole.filename().string(), whole.parent_path().filename().string());
    };
    CHECK(place(paths[0]) == std::pair<std::string, std::string>(MODULE_FILE, "bin"));
    CHECK(place(paths[1]) == std::pair<std::string, std::string>(MODULE_FILE, "qwill"));
    CHECK(place(paths[2]) == std::pair<std::string, std::string>(MODULE_FILE, "qwill"));
}

} // namespace qwill::test
