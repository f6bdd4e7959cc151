using Tat.Samples.Service.Hosting;
#if WRITES_HANDLERS
using JasperFx;

return await ServiceHost.Create().RunJasperFxCommands(args);
#else

await ServiceHost.RunAsync(args);
#endif
