using InferenceTracing.LoadGenerator.Commands;
using InferenceTracing.Terminal;

return await CommandProgram.RunAsync(LoadCommand.Create(), args);
