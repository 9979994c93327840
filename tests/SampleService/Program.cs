using InferenceTracing.SampleService;
using InferenceTracing.ServiceDefaults;
using InferenceTracing.ServiceDefaults.Settings;

if (args is ["launch"])
{
    return await Launcher.RunAsync();
}

return await Service.RunAsync(
    args,
    new ServiceIdentity("sample", Port: 5099, Environment: "cluster"),
    builder =>
    {
        builder.Services.AddValidatedOptions<SampleOptions>(SampleOptions.Section, options => options.Problems());
        builder.Services.AddSingleton<Moods>();
        builder.Services.AddHealthChecks().AddCheck<Moods>("mood");
    },
    app => app.MapSample());
