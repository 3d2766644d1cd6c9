package dev.bursar.server.cli;

/// A budget as the command line names it: `TENANT/NAME`.
record BudgetName(String tenant, String name) {

    /// @throws picocli.CommandLine.ParameterException when it is not of that form
    static BudgetName of(Ask ask, String written) {
        int slash = written.indexOf('/');
        if (slash < 1 || slash == written.length() - 1) {
            throw ask.usage("a budget is named TENANT/NAME, not " + written);
        }
        return new BudgetName(written.substring(0, slash), written.substring(slash + 1));
    }

    /// Where the API has it.
    String path() {
        return "/api/budgets/" + ApiClient.encoded(tenant) + "/" + ApiClient.encoded(name);
    }
}
