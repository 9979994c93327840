using InferenceTracing.Ensemble;
using InferenceTracing.OpenInference.Server;
using InferenceTracing.ServiceDefaults;

var builder = WebApplication.CreateBuilder(Service.Options(args));

builder.AddServiceDefaults(new ServiceIdentity("ensemble", Port: 5011, Environment: "cluster"));
builder.AddOpenInference();
builder.AddEnsemble();

var app = builder.Build();

app.UseServiceDefaults();
app.MapOpenInference();

return await app.RunServiceAsync();
