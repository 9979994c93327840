using InferenceTracing.SampleService;
using InferenceTracing.ServiceDefaults;
using InferenceTracing.ServiceDefaults.Settings;

if (args is ["launch"])
{
    return await Launcher.RunAsync();
}

var builder = WebApplication.CreateBuilder(Service.Options(args));

builder.AddServiceDefaults(new ServiceIdentity("sample", Port: 5099, Environment: "cluster", Entry: true));
builder.Services.AddValidatedOptions<SampleOptions>(SampleOptions.Section, options => options.Problems());
builder.Services.AddSingleton<Moods>();
builder.Services.AddHealthChecks().AddCheck<Moods>("mood");

var app = builder.Build();

app.UseServiceDefaults();
app.MapSample();

return await app.RunServiceAsync();
