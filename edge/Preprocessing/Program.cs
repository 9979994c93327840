using System.CommandLine;
using InferenceTracing.Preprocessing;
using InferenceTracing.Preprocessing.Calibrating;
using InferenceTracing.Preprocessing.Voting;
using InferenceTracing.ServiceDefaults;
using InferenceTracing.Terminal;

if (args is [CalibrateCommand.Name or FetchCommand.Name or "--help", ..])
{
    return await CommandProgram.RunAsync(
        new RootCommand("What the edge does beside serving; without a command it serves.") { CalibrateCommand.Create(), FetchCommand.Create() }, args);
}

var builder = WebApplication.CreateBuilder(Service.Options(args));

builder.AddServiceDefaults(new ServiceIdentity("preprocessing", Port: 5010, Environment: "edge", Entry: true));
builder.AddPreprocessing();

var app = builder.Build();

app.UseServiceDefaults();
app.MapPreprocessing();

return await app.RunServiceAsync();
