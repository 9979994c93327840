using InferenceTracing.ModelServer;
using InferenceTracing.ModelServer.Quantisation;
using InferenceTracing.OpenInference.Server;
using InferenceTracing.ServiceDefaults;
using InferenceTracing.Terminal;

if (args is [QuantiseCommand.Name or "--help", ..])
{
    return await CommandProgram.RunAsync(QuantiseCommand.Create(), args);
}

var builder = WebApplication.CreateBuilder(Service.Options(args));

builder.AddServiceDefaults(ModelIdentity.Of(builder.Configuration));
builder.AddOpenInference();
builder.AddModelServer();

var app = builder.Build();

app.UseServiceDefaults();
app.MapOpenInference();

return await app.RunServiceAsync();
