using InferenceTracing.Gateway;
using InferenceTracing.ServiceDefaults;

var builder = WebApplication.CreateBuilder(Service.Options(args));

builder.AddServiceDefaults(new ServiceIdentity("gateway", Port: 8080, Environment: "cluster", Entry: true));
builder.AddGateway();

var app = builder.Build();

app.UseServiceDefaults();
app.MapGateway();

return await app.RunServiceAsync();
