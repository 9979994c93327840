using InferenceTracing.Preprocessing;
using InferenceTracing.Preprocessing.Calibrating;
using InferenceTracing.ServiceDefaults;
using InferenceTracing.Terminal;

if (args is [CalibrateCommand.Name or "--help", ..])
{
    return await CommandProgram.RunAsync(CalibrateCommand.Create(), args);
}

var builder = WebApplication.CreateBuilder(Service.Options(args));

builder.AddServiceDefaults(new ServiceIdentity("preprocessing", Port: 5010, Environment: "edge", Entry: true));
builder.AddPreprocessing();

var app = builder.Build();

app.UseServiceDefaults();
app.MapPreprocessing();

return await app.RunServiceAsync();
