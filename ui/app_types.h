#pragma once
// Names the classes of app/ for QML: they are made by the application and only used by the window. GUI thread.

#include "about.h"
#include "application.h"
#include "diagnostics.h"
#include "models/data_sizes.h"
#include "models/load_plan.h"
#include "sampling_form.h"

#include <QtQmlIntegration>

namespace qwill::ui {

struct ApplicationType {
    Q_GADGET
    QML_FOREIGN(qwill::app::Application)
    QML_NAMED_ELEMENT(Application)
    QML_UNCREATABLE("main() makes the application")
};

struct AboutType {
    Q_GADGET
    QML_FOREIGN(qwill::app::About)
    QML_NAMED_ELEMENT(About)
};

struct SettingsType {
    Q_GADGET
    QML_FOREIGN(qwill::app::Settings)
    QML_NAMED_ELEMENT(Settings)
    QML_UNCREATABLE("The application owns the settings")
};

struct EngineHostType {
    Q_GADGET
    QML_FOREIGN(qwill::app::EngineHost)
    QML_NAMED_ELEMENT(EngineHost)
    QML_UNCREATABLE("The application owns the engine host")
};

struct ModelCatalogueType {
    Q_GADGET
    QML_FOREIGN(qwill::app::ModelCatalogue)
    QML_NAMED_ELEMENT(ModelCatalogue)
    QML_UNCREATABLE("The application owns the catalogue")
};

struct DownloadModelType {
    Q_GADGET
    QML_FOREIGN(qwill::app::DownloadModel)
    QML_NAMED_ELEMENT(DownloadModel)
    QML_UNCREATABLE("The application owns the downloads")
};

struct ModelLibraryType {
    Q_GADGET
    QML_FOREIGN(qwill::app::ModelLibrary)
    QML_NAMED_ELEMENT(ModelLibrary)
    QML_UNCREATABLE("The application owns the model library")
};

struct OpenChatsType {
    Q_GADGET
    QML_FOREIGN(qwill::app::OpenChats)
    QML_NAMED_ELEMENT(OpenChats)
    QML_UNCREATABLE("The application owns the open chats")
};

struct ChatSessionType {
    Q_GADGET
    QML_FOREIGN(qwill::app::ChatSession)
    QML_NAMED_ELEMENT(ChatSession)
    QML_UNCREATABLE("OpenChats makes chat sessions")
};

struct TranscriptModelType {
    Q_GADGET
    QML_FOREIGN(qwill::app::TranscriptModel)
    QML_NAMED_ELEMENT(TranscriptModel)
    QML_UNCREATABLE("A chat session owns its transcript")
};

struct ContextBudgetType {
    Q_GADGET
    QML_FOREIGN(qwill::app::ContextBudget)
    QML_NAMED_ELEMENT(ContextBudget)
    QML_UNCREATABLE("A chat session owns its budget")
};

struct ConversationListModelType {
    Q_GADGET
    QML_FOREIGN(qwill::app::ConversationListModel)
    QML_NAMED_ELEMENT(ConversationListModel)
    QML_UNCREATABLE("The application owns the list of conversations")
};

struct SearchModelType {
    Q_GADGET
    QML_FOREIGN(qwill::app::SearchModel)
    QML_NAMED_ELEMENT(SearchModel)
    QML_UNCREATABLE("The application owns the search")
};

struct CommandFilterType {
    Q_GADGET
    QML_FOREIGN(qwill::app::CommandFilter)
    QML_NAMED_ELEMENT(CommandFilter)
    QML_UNCREATABLE("The application owns the command filter")
};

struct ChatFilesType {
    Q_GADGET
    QML_FOREIGN(qwill::app::ChatFiles)
    QML_NAMED_ELEMENT(ChatFiles)
    QML_UNCREATABLE("The application owns the chat files")
};

struct ChatImporterType {
    Q_GADGET
    QML_FOREIGN(qwill::app::ChatImporter)
    QML_NAMED_ELEMENT(ChatImporter)
    QML_UNCREATABLE("The application owns the importer")
};

struct PromptTemplatesType {
    Q_GADGET
    QML_FOREIGN(qwill::app::PromptTemplates)
    QML_NAMED_ELEMENT(PromptTemplates)
    QML_UNCREATABLE("The application owns the prompts")
};

struct ConnectionLogType {
    Q_GADGET
    QML_FOREIGN(qwill::app::ConnectionLog)
    QML_NAMED_ELEMENT(ConnectionLog)
    QML_UNCREATABLE("The application owns the log of connections")
};

struct LogBookType {
    Q_GADGET
    QML_FOREIGN(qwill::app::LogBook)
    QML_NAMED_ELEMENT(LogBook)
    QML_UNCREATABLE("The application owns the log")
};

struct ServerSwitchType {
    Q_GADGET
    QML_FOREIGN(qwill::app::ServerSwitch)
    QML_NAMED_ELEMENT(ServerSwitch)
    QML_UNCREATABLE("The application owns the server's switch")
};

struct LiveRequestModelType {
    Q_GADGET
    QML_FOREIGN(qwill::app::LiveRequestModel)
    QML_NAMED_ELEMENT(LiveRequestModel)
    QML_UNCREATABLE("The server's switch owns its requests")
};

struct RemoteModelsType {
    Q_GADGET
    QML_FOREIGN(qwill::app::RemoteModels)
    QML_NAMED_ELEMENT(RemoteModels)
    QML_UNCREATABLE("The application owns the models elsewhere")
};

struct RemoteInquiryType {
    Q_GADGET
    QML_FOREIGN(qwill::app::RemoteInquiry)
    QML_NAMED_ELEMENT(RemoteInquiry)
    QML_UNCREATABLE("RemoteModels makes inquiries")
};

struct PlanRowsType {
    Q_GADGET
    QML_FOREIGN(qwill::app::PlanRows)
    QML_NAMED_ELEMENT(PlanRows)
    QML_UNCREATABLE("A load plan owns its rows")
};

// These are made by the pages that show them.

struct LoadPlanType {
    Q_GADGET
    QML_FOREIGN(qwill::app::LoadPlan)
    QML_NAMED_ELEMENT(LoadPlan)
};

struct DataSizesType {
    Q_GADGET
    QML_FOREIGN(qwill::app::DataSizes)
    QML_NAMED_ELEMENT(DataSizes)
};

struct SamplingFormType {
    Q_GADGET
    QML_FOREIGN(qwill::app::SamplingForm)
    QML_NAMED_ELEMENT(SamplingForm)
};

struct DiagnosticsType {
    Q_GADGET
    QML_FOREIGN(qwill::app::Diagnostics)
    QML_NAMED_ELEMENT(Diagnostics)
};

} // namespace qwill::ui
