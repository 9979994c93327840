using InferenceTracing.Runner;
using InferenceTracing.Terminal;

return await CommandProgram.RunAsync(LocalCommand.Create(), args);
