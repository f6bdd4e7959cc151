using Tat.Samples.Service.Hosting;
#if WRITES_HANDLERS
using JasperFx;

return await ServiceHost.Create().RunJasperFxCommands(args);
#else

return await ServiceHost.RunAsync(args);
#endif
